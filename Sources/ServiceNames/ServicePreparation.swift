import DNSMessages
import InternetAddresses

/// The answers for a Service's names, following the Kubernetes DNS specification (sections 2.3 to 2.5), or for
/// one endpoint only.
struct ServicePreparation {
    private static let serviceLabel: [UInt8] = [3] + "svc".utf8

    let facts: ServiceFacts?
    /// Ordered by name, so that equal objects give equal answers.
    private let slices: [SliceFacts]
    private let labels: [UInt8]
    private let context: NamingContext
    /// Only endpoints with this label count; `nil` for all.
    private let endpoint: [UInt8]?

    init(
        facts: ServiceFacts?, slices: [String: SliceFacts], labels: [UInt8], context: NamingContext,
        endpoint: [UInt8]? = nil
    ) {
        self.facts = facts
        self.slices = slices.count > 1 ? slices.sorted { $0.key < $1.key }.map(\.value) : Array(slices.values)
        self.labels = labels
        self.context = context
        self.endpoint = endpoint
    }

    /// The answers for the endpoints of `service` that have this label.
    init(_ service: NamedService, endpoint: [UInt8]?, context: NamingContext) {
        self.init(
            facts: service.facts, slices: service.slices, labels: service.labels, context: context, endpoint: endpoint)
    }

    /// Whether answers contain the endpoints rather than the Service's own addresses.
    private var usesEndpoints: Bool { endpoint != nil || facts?.kind == .headless }

    /// The ports with a name, each once.
    var namedPorts: [PortFacts] {
        var seen: Set<String> = []
        let all = usesEndpoints ? slices.flatMap(\.ports) : facts?.ports ?? []
        return all.filter { !$0.name.isEmpty && seen.insert("\($0.name)/\($0.transport)").inserted }
    }

    /// Whether this name, or this port of it, exists.
    func exists(port: PortFacts?) -> Bool {
        guard let facts else { return false }
        if usesEndpoints {
            if case .external = facts.kind { return false }
            return slices.contains { slice in
                (port == nil || slice.ports.contains { $0.isSame(as: port) }) && !matching(slice).isEmpty
            }
        }
        if case .external = facts.kind { return port == nil }
        return port == nil || facts.ports.contains { $0.isSame(as: port) }
    }

    /// The answer for A or AAAA records, `nil` if there are none.
    func addresses(_ family: IPFamily, port: PortFacts?) -> PreparedAnswer? {
        guard exists(port: port) else { return nil }
        var builder = PreparedAnswerBuilder(nameLength: nameLength(port: port), zone: context.zone, ttl: context.ttl)
        if case .cluster(let addresses) = facts?.kind, !usesEndpoints {
            for address in addresses where address.family == family { builder.answer(address: address.networkBytes) }
        } else if usesEndpoints {
            var seen: Set<IPAddress> = []
            for slice in slices where port == nil || slice.ports.contains(where: { $0.isSame(as: port) }) {
                for case let address? in matching(slice).map(\.ipAddress)
                where address.family == family && seen.insert(address).inserted {
                    builder.answer(address: address.networkBytes)
                }
            }
        }
        return builder.isEmpty ? nil : builder.finish()
    }

    /// The answer for SRV records, `nil` if there are none: one for each port and target, with the targets' addresses.
    func services(port: PortFacts?) -> PreparedAnswer? {
        guard exists(port: port) else { return nil }
        var builder = PreparedAnswerBuilder(nameLength: nameLength(port: port), zone: context.zone, ttl: context.ttl)
        var targets: [[UInt8]: Int] = [:]
        var records: Set<TargetPort> = []
        let offers = self.offers(port: port)
        // All equal, with a sum of about a hundred.
        let weight = UInt16(max(1, 100 / max(1, offers.count)))
        for offer in offers {
            guard let number = offer.port, records.insert(TargetPort(target: offer.target, port: number)).inserted
            else {
                continue
            }
            let position = builder.answer(port: number, weight: weight, target: offer.target)
            if targets[offer.target] == nil { targets[offer.target] = position }
        }
        var seen: Set<TargetAddress> = []
        for offer in offers {
            guard let position = targets[offer.target],
                seen.insert(TargetAddress(target: offer.target, address: offer.address)).inserted
            else { continue }
            builder.additional(target: position, labels: offer.target, address: offer.address.networkBytes)
        }
        return builder.isEmpty ? nil : builder.finish()
    }

    /// The target of an ExternalName Service, or the names that are the endpoints of a headless Service, of this port.
    func alias(port: PortFacts? = nil) -> ServiceAlias? {
        var targets: [DomainName] = []
        if case .external(let name) = facts?.kind, endpoint == nil {
            // Digits and dots are an address given by mistake, which no resolver finds as a name.
            if IPAddress(name) == nil, let target = DomainName(name) { targets = [target] }
        } else if usesEndpoints, facts != nil {
            let endpoints = slices.filter { port == nil || $0.ports.contains { $0.isSame(as: port) } }
                .flatMap { matching($0) }
            guard endpoints.allSatisfy({ $0.ipAddress == nil }) else { return nil }
            for case .name(let name) in endpoints.map(\.address) {
                if let target = DomainName(name), !targets.contains(target) { targets.append(target) }
            }
        }
        guard let first = targets.first, first != .root else { return nil }
        var builder = PreparedAnswerBuilder(nameLength: nameLength(port: port), zone: context.zone, ttl: context.ttl)
        builder.answer(type: .cname, data: first.wire)
        return ServiceAlias(answer: builder.finish(), targets: targets)
    }

    /// The target of one SRV record.
    private struct Offer {
        var target: [UInt8]
        var address: IPAddress
        /// `nil` if there is no port: such an endpoint counts only for the weight.
        var port: UInt16?
    }

    private func offers(port: PortFacts?) -> [Offer] {
        if case .cluster(let addresses) = facts?.kind, !usesEndpoints {
            return (facts?.ports ?? []).filter { port == nil || $0.isSame(as: port) }.flatMap { port in
                addresses.map { Offer(target: labels + Self.serviceLabel, address: $0, port: port.port) }
            }
        }
        guard usesEndpoints else { return [] }
        return slices.flatMap { slice in
            let ports = slice.ports.filter { port == nil || $0.isSame(as: port) }.map { Optional($0.port) }
            return matching(slice).flatMap { endpoint -> [Offer] in
                guard let address = endpoint.ipAddress, let label = EndpointLabel.label(of: endpoint) else { return [] }
                let target = [UInt8(label.count)] + label + labels + Self.serviceLabel
                return (slice.ports.isEmpty ? [nil] : ports).map { Offer(target: target, address: address, port: $0) }
            }
        }
    }

    private func matching(_ slice: SliceFacts) -> [SliceFacts.Endpoint] {
        guard let endpoint else { return slice.endpoints }
        return slice.endpoints.filter { EndpointLabel.label(of: $0) == endpoint }
    }

    /// The length of the queried name.
    private func nameLength(port: PortFacts?) -> Int {
        var length = labels.count + Self.serviceLabel.count + context.zone.wire.count
        if let port { length += port.name.utf8.count + port.transport.lowercased.utf8.count + 4 }
        if let endpoint { length += endpoint.count + 1 }
        return length
    }

    private struct TargetPort: Hashable {
        var target: [UInt8]
        var port: UInt16
    }

    private struct TargetAddress: Hashable {
        var target: [UInt8]
        var address: IPAddress
    }
}

extension PortFacts {
    /// Whether both have the same name and protocol, regardless of the number.
    func isSame(as other: PortFacts?) -> Bool { name == other?.name && transport == other?.transport }
}
