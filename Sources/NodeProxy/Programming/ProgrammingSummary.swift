import Dataplane
import InternetAddresses
import ServiceRouting

/// The log line about a programming.
enum ProgrammingSummary {
    /// The most Service ports that are named individually.
    private static let namedPorts = 3

    /// `programmed 5,000 Services with 210,000 endpoints (211,000 messages, 12.4 MB) in 0.31 s`
    static func text(synchronized routes: [ServicePortRoute], _ report: ProgrammingReport, in time: Duration) -> String
    {
        let services = Set(routes.map(\.key.name.service)).count
        let endpoints = routes.reduce(0) { $0 + $1.endpointCount }
        let what = "\(Quantity.text(services, "Service")) with \(Quantity.text(endpoints, "endpoint"))"
        return "programmed \(what) (\(cost(of: report))) in \(Quantity.text(time))"
    }

    /// `programmed default/web:http: 3 endpoints (12 messages, 1.4 kB) in 0.3 ms`
    static func text(applied change: RoutingChange, _ report: ProgrammingReport, in time: Duration) -> String {
        "\(what(of: change)) (\(cost(of: report))) in \(Quantity.text(time))"
    }

    /// `default/web:http (IPv4) does not work: …`
    static func text(_ refusal: ProgrammingReport.Refusal) -> String {
        "\(refusal.route.name) (\(refusal.route.family)) does not work: \(refusal.reason)"
    }

    private static func what(of change: RoutingChange) -> String {
        var parts: [String] = []
        if let addresses = change.nodePorts?.addresses {
            parts.append(
                "node ports on "
                    + "\(addresses.isEmpty ? "no address" : addresses.map(\.description).joined(separator: ", "))"
            )
        }
        // For users, a port in two IP families is one port.
        let ports = Dictionary(grouping: change.entries, by: \.key.name)
        let kept = ports.filter { $0.value.contains { $0.new != nil } }
        let removed = ports.keys.filter { kept[$0] == nil }
        parts += names(of: kept)
        let programmed = parts.isEmpty ? nil : "programmed \(parts.joined(separator: ", "))"
        return [programmed, gone(removed)].compactMap(\.self).joined(separator: ", ")
    }

    private static func names(of ports: [ServicePortName: [RoutingChange.Entry]]) -> [String] {
        let counts = ports.mapValues { $0.compactMap(\.new?.endpointCount).max() ?? 0 }
        if counts.isEmpty { return [] }
        guard counts.count > namedPorts else {
            return counts.sorted { $0.key < $1.key }.map { "\($0.key): \(Quantity.text($0.value, "endpoint"))" }
        }
        let services = Set(counts.keys.map(\.service)).count
        let endpoints = counts.values.reduce(0, +)
        return ["\(Quantity.text(services, "Service")) with \(Quantity.text(endpoints, "endpoint"))"]
    }

    private static func gone(_ ports: [ServicePortName]) -> String? {
        if ports.isEmpty { return nil }
        guard ports.count > namedPorts else {
            return "removed \(ports.sorted().map(\.description).joined(separator: ", "))"
        }
        return "removed \(Quantity.text(ports.count, "Service port"))"
    }

    static func cost(of report: ProgrammingReport) -> String {
        guard report.messages > 0 else { return "the kernel held it already" }
        return "\(Quantity.text(report.messages, "message")), \(Quantity.text(bytes: report.bytes))"
    }
}

extension ServicePortRoute {
    /// The number of endpoints that connections may be sent to, under any policy.
    fileprivate var endpointCount: Int { max(clusterBackends.count, localBackends.count) }
}
