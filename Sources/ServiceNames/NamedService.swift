import DNSMessages
import InternetAddresses
package import KubernetesAPI

/// A Service's names: the data they come from, and the prepared answers.
///
/// Immutable: a change makes a new one.
package final class NamedService: Sendable {
    package let name: NamespacedName
    /// Service and namespace as labels in wire format, in lower case, without the rest of the name.
    let labels: [UInt8]
    /// `nil` while only slices are known, which do not create a name.
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

    /// Service and namespace as labels in wire format, in lower case.
    static func labels(of name: NamespacedName) -> [UInt8] {
        [name.name, name.namespace].flatMap { label in
            [UInt8(truncatingIfNeeded: label.utf8.count)] + label.utf8.map(\.asciiLowercased)
        }
    }

    /// All addresses that map back to the Service: its own and those of its endpoints.
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

/// The targets of an alias: one, except for a headless Service with several endpoints that are names.
struct ServiceAlias: Sendable {
    /// The CNAME record of the first target.
    var answer: PreparedAnswer
    var targets: [DomainName]
}

/// Parameters shared by the names of all Services.
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
