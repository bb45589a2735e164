import KubernetesObjects

/// Subsets in the API's canonical form: each address once per set of ports, addresses with the same ports together.
///
/// An address that is both ready and not ready counts as not ready.
enum SubsetPacking {
    private struct Identity: Hashable {
        var address: String
        var uid: String

        init(_ address: ClassicEndpoints.Address) {
            self.address = address.address
            uid = address.target?.uid ?? ""
        }
    }

    private struct Member: Hashable {
        var identity: Identity
        var isReady: Bool
    }

    /// The addresses with a port (or, under `nil`, without any).
    private struct Group {
        var isReady: [Identity: Bool] = [:]
        var addresses: [Identity: ClassicEndpoints.Address] = [:]

        mutating func add(_ address: ClassicEndpoints.Address, isReady ready: Bool) {
            let identity = Identity(address)
            if addresses[identity] == nil { addresses[identity] = address }
            isReady[identity] = (isReady[identity] ?? true) && ready
        }

        func subset(_ ports: [SlicePort]) -> ClassicEndpoints.Subset {
            let sorted = addresses.sorted { ($0.key.address, $0.key.uid) < ($1.key.address, $1.key.uid) }
            return ClassicEndpoints.Subset(
                ready: sorted.filter { isReady[$0.key] == true }.map(\.value),
                notReady: sorted.filter { isReady[$0.key] == false }.map(\.value), ports: ports)
        }
    }

    static func packed(_ subsets: [ClassicEndpoints.Subset]) -> [ClassicEndpoints.Subset] {
        var groups: [SlicePort?: Group] = [:]
        var order: [SlicePort?] = []
        for subset in subsets {
            for port in subset.ports.isEmpty ? [nil] : subset.ports.map(Optional.some) {
                if groups[port] == nil { order.append(port) }
                var group = groups.removeValue(forKey: port) ?? Group()
                for address in subset.ready { group.add(address, isReady: true) }
                for address in subset.notReady { group.add(address, isReady: false) }
                groups[port] = group
            }
        }
        var merged: [[Identity: Bool]: (ports: [SlicePort], group: Group)] = [:]
        var packed: [[Identity: Bool]] = []
        for case let port? in order {
            guard let group = groups[port] else { continue }
            if merged[group.isReady] == nil { packed.append(group.isReady) }
            merged[group.isReady, default: ([], group)].ports.append(port)
        }
        let withPorts = packed.compactMap { key in merged[key].map { $0.group.subset($0.ports) } }
        return withPorts + (groups[nil].map { [$0.subset([])] } ?? [])
    }
}

extension [ClassicEndpoints.Subset] {
    /// Whether both are equal, ignoring order.
    func saysTheSame(as other: [ClassicEndpoints.Subset]) -> Bool {
        Set(map(\.unordered)) == Set(other.map(\.unordered))
    }
}

extension ClassicEndpoints.Subset {
    fileprivate struct Unordered: Hashable {
        var ready: Set<ClassicEndpoints.Address>
        var notReady: Set<ClassicEndpoints.Address>
        var ports: Set<SlicePort>
    }

    fileprivate var unordered: Unordered {
        Unordered(
            ready: Set(ready.map(\.withoutVersion)), notReady: Set(notReady.map(\.withoutVersion)),
            ports: Set(ports.map(\.named)))
    }
}

extension ClassicEndpoints.Address {
    /// The resource version of an address's object changes without the address.
    fileprivate var withoutVersion: Self {
        guard target?.others?["resourceVersion"] != nil else { return self }
        var copy = self
        copy.target?.others?["resourceVersion"] = nil
        if copy.target?.others?.isEmpty == true { copy.target?.others = nil }
        return copy
    }
}

extension SlicePort {
    /// An absent name is an empty one.
    fileprivate var named: SlicePort {
        var port = self
        port.name = name ?? ""
        return port
    }
}
