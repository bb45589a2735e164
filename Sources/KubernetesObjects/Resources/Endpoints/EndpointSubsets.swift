/// The subsets of Endpoints in the API's canonical form: addresses with the same ports together, each once, sorted.
///
/// Kubernetes orders ports by a hash of its own structures; here they keep their given order.
enum EndpointSubsets {
    private struct Entry {
        var address: JSONValue
        var isReady: Bool
    }

    static func repacked(_ subsets: [JSONValue]) -> [JSONValue] {
        var ports: [JSONValue] = []
        var entriesByPort: [JSONValue: [JSONValue: Entry]] = [:]
        for subset in subsets {
            let subsetPorts = subset["ports"].items
            // Addresses without ports also stay together.
            for port in subsetPorts.isEmpty ? [.null] : subsetPorts {
                if entriesByPort[port] == nil { ports.append(port) }
                for (key, isReady) in [("addresses", true), ("notReadyAddresses", false)] {
                    for address in subset[key].items {
                        add(address, isReady: isReady, to: &entriesByPort[port, default: [:]])
                    }
                }
            }
        }
        var groups: [(ports: [JSONValue], entries: [JSONValue: Entry])] = []
        for port in ports {
            let entries = entriesByPort[port] ?? [:]
            let same = groups.firstIndex { group in
                port != .null && group.ports != [.null] && isSame(group.entries, entries)
            }
            if let same { groups[same].ports.append(port) } else { groups.append(([port], entries)) }
        }
        return groups.map { subset(ports: $0.ports, Array($0.entries.values)) }
    }

    /// An address listed as both ready and not ready counts as not ready.
    private static func add(_ address: JSONValue, isReady: Bool, to entries: inout [JSONValue: Entry]) {
        let identity: JSONValue = [
            "ip": address["ip"] ?? "", "uid": address["targetRef"]["uid"] ?? "",
        ]
        if let known = entries[identity] {
            entries[identity]?.isReady = known.isReady && isReady
        } else {
            entries[identity] = Entry(address: address, isReady: isReady)
        }
    }

    private static func isSame(_ left: [JSONValue: Entry], _ right: [JSONValue: Entry]) -> Bool {
        left.count == right.count && left.allSatisfy { right[$0.key]?.isReady == $0.value.isReady }
    }

    private static func subset(ports: [JSONValue], _ entries: [Entry]) -> JSONValue {
        let sorted = entries.sorted {
            ($0.address["ip"].text, $0.address["targetRef"]["uid"].text)
                < ($1.address["ip"].text, $1.address["targetRef"]["uid"].text)
        }
        var subset = JSONObject()
        let ready = sorted.filter(\.isReady).map(\.address)
        let notReady = sorted.filter { !$0.isReady }.map(\.address)
        if !ready.isEmpty { subset["addresses"] = .array(ready) }
        if !notReady.isEmpty { subset["notReadyAddresses"] = .array(notReady) }
        if ports != [.null] { subset["ports"] = .array(ports) }
        return .object(subset)
    }
}
