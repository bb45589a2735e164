package import Diagnosis
package import FoundationEssentials
import Glibc
package import InternetAddresses

/// Queries a proxy of this machine for its health, as kubelet does.
package enum HealthProbe {
    /// The answer of `/healthz` at an address. Blocks for at most 3 s.
    package static func ask(_ address: IPAddress, port: UInt16) -> ProxyFacts.Health {
        switch SmallHTTP.get("/healthz", from: address, port: port) {
        case .answer(let status, let body): return read(status: status, body)
        case .silent: return .silent
        case .refused: return .refused
        }
    }

    /// How many seconds ago a change was queued that still waits to be programmed, and how many ago the proxy last
    /// programmed, from the metrics; `nil` for none.
    package static func progress(
        _ address: IPAddress, port: UInt16, at now: Date = .now
    ) -> (pending: Double?, programmed: Double?) {
        guard case .answer(200, let body) = SmallHTTP.get("/metrics", from: address, port: port) else {
            return (nil, nil)
        }
        return progress(body, at: now)
    }

    /// The same from the text of the metrics.
    static func progress(_ text: String, at now: Date) -> (pending: Double?, programmed: Double?) {
        var values: [Substring: Double] = [:]
        for line in text.split(separator: "\n") where line.hasPrefix("kubeproxy_sync_proxy_rules_last_") {
            let words = line.split(separator: " ")
            guard words.count == 2, let value = Double(words[1]) else { continue }
            // kube-proxy has one per IP family.
            let name = words[0].prefix { $0 != "{" }
            values[name] = max(values[name] ?? 0, value)
        }
        guard let programmed = values["kubeproxy_sync_proxy_rules_last_timestamp_seconds"] else { return (nil, nil) }
        let queued = values["kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds"] ?? 0
        let time = now.timeIntervalSince1970
        return (queued > programmed ? time - queued : nil, programmed > 0 ? max(0, time - programmed) : nil)
    }

    /// The answer of `/healthz` with its body, in kube-proxy's form:
    ///
    ///     {"lastUpdated": "…", "currentTime": "…", "nodeEligible": true, "healthy": true,
    ///      "status": {"IPv4": {"lastUpdated": "…", "healthy": true}, …}}
    ///
    /// The first time is the current one while the proxy is healthy. `status` says when each IP family was programmed;
    /// older versions of kube-proxy do not send it.
    static func read(status: Int, _ body: String) -> ProxyFacts.Health {
        struct Answer: Decodable {
            struct Family: Decodable {
                var lastUpdated: String
                var healthy: Bool
            }
            var lastUpdated: String
            var currentTime: String
            var nodeEligible: Bool?
            var status: [String: Family]?
        }
        do {
            let answer = try JSONDecoder().decode(Answer.self, from: Data(body.utf8))
            let families = (answer.status ?? [:]).values
            let unhealthy = families.filter { !$0.healthy }
            if status != 200, answer.nodeEligible == false, !families.isEmpty, unhealthy.isEmpty { return .nodeLeaving }
            var times = try (unhealthy.isEmpty ? Array(families) : unhealthy).map { try date($0.lastUpdated) }
            if families.isEmpty, status != 200 { times = [try date(answer.lastUpdated)] }
            let time = unhealthy.isEmpty ? times.max() : times.min()
            let age = try time.flatMap { time in
                // Go's zero time means never.
                time.timeIntervalSince1970 > 0
                    ? max(0, try date(answer.currentTime).timeIntervalSince(time)) : nil
            }
            return .answered(status: status, secondsSinceProgramming: age)
        } catch {
            // An answer in another format still has its status.
            return .answered(status: status, secondsSinceProgramming: nil)
        }
    }

    private static func date(_ text: String) throws -> Date {
        // Go writes any number of digits; at most three are read.
        let head = text.prefix { $0 != "." && $0 != "Z" }
        return text.contains(".") && text.count == 24
            ? try Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
            : try Date("\(head)Z", strategy: Date.ISO8601FormatStyle())
    }
}
