package import DNSMessages
package import InternetAddresses
package import KubernetesAPI

/// How names of Pods below `pod.<zone>` are answered (`pods` of CoreDNS's kubernetes plugin).
package enum PodMode: String, Sendable, Hashable, CaseIterable {
    /// No such names exist.
    case disabled
    /// Every address has a name in every namespace.
    case insecure
    /// Only the addresses of Pods have names, in their own namespace.
    case verified
}

/// A snapshot of all names of a cluster, with their answers. A value: readers keep a copy while it changes.
package struct ServiceNames: Sendable {
    /// The cluster's domain, in lower case.
    package let zone: DomainName
    package let zoneLabelCount: Int
    package let podMode: PodMode
    package let ttl: UInt32
    /// The time of the last change, in seconds since 1970.
    package internal(set) var serial: UInt32
    /// Whether the initial state is complete.
    package internal(set) var isSynchronized = false

    let versionAnswer: PreparedAnswer
    var services = ShardedTable<UInt64, NamedService>(shardOf: { $0 })
    /// Services by their addresses: hashes of their names.
    var addresses = ShardedTable<IPAddress, Set<UInt64>>(shardOf: \.shard)
    /// Namespaces, with the number of Services in each; `hasObject` says whether the Namespace object exists.
    var namespaces: [String: NamespaceFacts] = [:]
    /// The namespaces that have a Pod with this address; kept for verified names only.
    var pods = ShardedTable<IPAddress, [String: Int]>(shardOf: \.shard)

    struct NamespaceFacts: Sendable {
        var services = 0
        var hasObject = false
    }

    /// No names yet. `ttl` is that of all records, in seconds; `versionTTL` that of the schema's version.
    package init(
        zone: DomainName, podMode: PodMode = .insecure, ttl: UInt32 = 30, versionTTL: UInt32 = 28800, serial: UInt32 = 0
    ) {
        self.zone = zone.lowercased
        zoneLabelCount = zone.labels.count
        self.podMode = podMode
        self.ttl = ttl
        self.serial = serial
        var builder = PreparedAnswerBuilder(
            nameLength: zone.wire.count + Self.versionLabel.count + 1, zone: self.zone, ttl: versionTTL)
        builder.answer(type: .txt, data: [UInt8(Self.schemaVersion.utf8.count)] + Self.schemaVersion.utf8)
        versionAnswer = builder.finish()
    }

    /// The version of the schema that the answers follow.
    package static let schemaVersion = "1.1.0"
    static let versionLabel = Array("dns-version".utf8)

    package var authority: ZoneAuthority { ZoneAuthority(zoneLength: zone.wire.count, serial: serial, ttl: ttl) }

    var context: NamingContext { NamingContext(zone: zone, ttl: ttl) }

    /// The Service with these labels in wire format, in lower case.
    func service(labels: ArraySlice<UInt8>) -> NamedService? {
        var candidate = services[NameHash.hash(labels)]
        while let service = candidate, !service.labels.elementsEqual(labels) { candidate = service.next }
        return candidate?.facts == nil ? nil : candidate
    }

    /// The Service of this name.
    package func service(_ name: NamespacedName) -> NamedService? {
        service(labels: NamedService.labels(of: name)[...])
    }

    /// The namespace of the Pod with this address, if Pods are known (``PodMode/verified``) and only one has it.
    package func namespace(ofPodAt address: IPAddress) -> String? {
        guard let namespaces = pods[address], namespaces.count == 1 else { return nil }
        return namespaces.keys.first
    }

    func hasNamespace(_ label: ArraySlice<UInt8>) -> Bool {
        namespaces[String(decoding: label, as: UTF8.self)] != nil
    }
}

extension IPAddress {
    fileprivate var shard: UInt64 {
        let bits = ipv6Bits
        return (bits.high ^ bits.low ^ 0x5DEE_CE66) &* 0x9E37_79B9_7F4A_7C15
    }
}
