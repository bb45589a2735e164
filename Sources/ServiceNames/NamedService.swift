import DNSMessages
import InternetAddresses
package import KubernetesAPI

/// A Service as its names show it: what it is made of, and the answers that are prepared of it.
///
/// Immutable: a change makes a new one.
package final class NamedService: Sendable {
    package let name: NamespacedName
    /// Service and namespace as labels on the wire, in lower case, without what follows.
    let labels: [UInt8]
    /// `nil` while only slices are known, which alone give no name.
    package let facts: ServiceFacts?
    package let slices: [String: SliceFacts]

    let a: PreparedAnswer?
    let aaaa: PreparedAnswer?
    let srv: PreparedAnswer?
    let alias: ServiceAlias?
    /// Whether the Service's own name exists.
    let exists: Bool
    /// The answers to questions for SRV records of named ports.
    let ports: [(port: PortFacts, srv: PreparedAnswer)]
    /// Another Service whose name has the same hash.
    let next: NamedService?

    init(
        name: NamespacedName, facts: ServiceFacts?, slices: [String: SliceFacts], context: NamingContext,
        next: NamedService?
    ) {
        self.name = name
        self.facts = facts
        self.slices = slices
        self.next = next
        labels = Self.labels(of: name)
        let prepared = ServicePreparation(facts: facts, slices: slices, labels: labels, context: context)
        a = prepared.addresses(.ipv4, port: nil)
        aaaa = prepared.addresses(.ipv6, port: nil)
        srv = prepared.services(port: nil)
        alias = prepared.alias()
        exists = prepared.exists(port: nil)
        ports = prepared.namedPorts.compactMap { port in prepared.services(port: port).map { (port, $0) } }
    }

    /// Service and namespace as labels on the wire, in lower case.
    static func labels(of name: NamespacedName) -> [UInt8] {
        [name.name, name.namespace].flatMap { label in
            [UInt8(truncatingIfNeeded: label.utf8.count)] + label.utf8.map(\.asciiLowercased)
        }
    }

    /// All addresses that lead back to the Service, its own and those of its endpoints.
    var addresses: Set<IPAddress> {
        guard let facts else { return [] }
        var all = Set(endpoints.compactMap(\.ipAddress))
        if case .cluster(let own) = facts.kind { all.formUnion(own) }
        return all
    }

    var clusterIPs: [IPAddress] {
        if case .cluster(let addresses) = facts?.kind { addresses } else { [] }
    }

    var endpoints: some Sequence<SliceFacts.Endpoint> { slices.values.lazy.flatMap(\.endpoints) }
}

/// A name that stands for others: one, but for a headless Service with several endpoints that are names.
struct ServiceAlias: Sendable {
    /// The CNAME record of the first target.
    var answer: PreparedAnswer
    var targets: [DomainName]
}

/// What the names of all Services have in common.
struct NamingContext: Sendable {
    /// In lower case.
    var zone: DomainName
    var ttl: UInt32
}

extension SliceFacts.Endpoint {
    /// `nil` for an endpoint that is a name.
    var ipAddress: IPAddress? {
        if case .address(let address) = address { address } else { nil }
    }
}
