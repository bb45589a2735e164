package import Dataplane
import FoundationEssentials
package import InternetAddresses
import ServiceRouting

/// kube-proxy's rules in nftables mode, read from `nft -j list table ip kube-proxy`.
package struct KubeProxyListing: Sendable {
    /// The frontends as packets see them, and their destinations.
    package private(set) var frontends: [InspectedFrontend] = []

    /// kube-proxy's chains that every packet passes, if they are empty or missing.
    package var missingChains: [String] {
        ["nat-prerouting", "nat-output", "nat-postrouting", "services", "masquerading"].filter { rules[$0] == nil }
    }

    private let family: IPFamily
    private var rules: [String: [[JSONValue]]] = [:]
    private var elements: [String: [JSONValue]] = [:]

    /// The maximum depth of chains: external, service, endpoint.
    private static let depth = 8

    /// Reads a listing of one family's table.
    package init(_ json: [UInt8], _ family: IPFamily) throws(DiagnosisError) {
        self.family = family
        let document: JSONValue
        do { document = try JSONDecoder().decode(JSONValue.self, from: Data(json)) } catch {
            throw DiagnosisError(.system, "what nft printed cannot be read: \(error)", cause: error)
        }
        for entry in document["nftables"]?.elements ?? [] {
            if let rule = entry["rule"], let chain = rule["chain"]?.text {
                rules[chain, default: []].append(rule["expr"]?.elements ?? [])
            } else if let set = entry["map"] ?? entry["set"], let name = set["name"]?.text {
                elements[name] = set["elem"]?.elements ?? []
            }
        }
        readFrontends()
    }

    private mutating func readFrontends() {
        let nodeAddresses = (elements["nodeport-ips"] ?? []).compactMap { NFTText.network($0)?.address }
        var found: [InspectedFrontend.Place: InspectedFrontend] = [:]
        // Services without endpoints are matched before the others.
        for name in ["no-endpoint-services", "no-endpoint-nodeports", "service-ips", "service-nodeports"] {
            for element in elements[name] ?? [] {
                let pair = element.elements
                guard pair.count == 2 else { continue }
                let key = (pair[0]["elem"]?["val"] ?? pair[0])["concat"]?.elements ?? []
                for place in places(key, nodeAddresses) where found[place] == nil || name.hasPrefix("no-") {
                    guard let (inside, outside) = destinations(pair[1]) else { continue }
                    found[place] = InspectedFrontend(place, inside: inside, outside: outside)
                }
            }
        }
        frontends = Array(found.values)
    }

    private func places(_ key: [JSONValue], _ nodeAddresses: [IPAddress]) -> [InspectedFrontend.Place] {
        guard let port = key.last?.integer.flatMap({ UInt16(exactly: $0) }), key.count > 1,
            let transport = key[key.count - 2].text.flatMap({ TransportProtocol($0.uppercased()) })
        else { return [] }
        let addresses = key.count == 3 ? [key[0].text.flatMap { IPAddress($0) }].compactMap(\.self) : nodeAddresses
        return addresses.map {
            InspectedFrontend.Place(address: $0, family: family, port: port, transport: transport)
        }
    }

    private typealias Destination = InspectedFrontend.Destination

    private func destinations(_ verdict: JSONValue) -> (inside: Destination, outside: Destination)? {
        if verdict.members["drop"] != nil { return (.drop, .drop) }
        guard let chain = (verdict["goto"] ?? verdict["jump"])?["target"]?.text else { return nil }
        if chain == "reject-chain" { return (.refuse, .refuse) }
        guard let own = rules[chain] else { return nil }
        guard chain.hasPrefix("external-") else {
            let backends = Destination.backends(self.backends(of: chain))
            return (backends, backends)
        }
        // Rules with a condition are for the node and its pods; the last one is for all others.
        var inside: Destination?
        var outside: Destination?
        for rule in own {
            guard let target = rule.compactMap({ ($0["goto"] ?? $0["jump"])?["target"]?.text }).last,
                target.hasPrefix("service-")
            else { continue }
            let destination = Destination.backends(self.backends(of: target))
            if rule.contains(where: { $0["match"] != nil }) {
                inside = inside ?? destination
            } else {
                outside = outside ?? destination
            }
        }
        return (inside ?? outside ?? .drop, outside ?? .drop)
    }

    private func backends(of chain: String, depth: Int = 0) -> Set<Backend> {
        guard depth < Self.depth else { return [] }
        var backends: Set<Backend> = []
        for statement in (rules[chain] ?? []).joined() {
            if let nat = statement["dnat"] { backends.formUnion(translation(nat)) }
            let targets =
                (statement["vmap"]?["data"]?["set"]?.elements ?? []).compactMap { $0.elements.last }
                + (statement["goto"] != nil ? [statement] : [])
            for target in targets {
                guard let name = target["goto"]?["target"]?.text else { continue }
                backends.formUnion(self.backends(of: name, depth: depth + 1))
            }
        }
        return backends
    }

    /// `dnat to 10.0.0.1:80`, or to a value of a map.
    private func translation(_ nat: JSONValue) -> [Backend] {
        if let address = nat["addr"]?.text.flatMap({ IPAddress($0) }), let port = nat["port"]?.integer {
            return [Backend(address: address, port: UInt16(clamping: port))]
        }
        return (nat["addr"]?["map"]?["data"]?["set"]?.elements ?? []).compactMap { entry in
            let parts = entry.elements.last?["concat"]?.elements ?? []
            guard parts.count == 2, let address = parts[0].text.flatMap({ IPAddress($0) }), let port = parts[1].integer
            else { return nil }
            return Backend(address: address, port: UInt16(clamping: port))
        }
    }
}
