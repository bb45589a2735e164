package import InternetAddresses

/// A Node (`v1`), as far as Service networking reads it.
package struct Node: Sendable, Hashable {
    package struct Taint: Sendable, Hashable {
        package var key: String
        package var value: String
        package var effect: String

        package init(key: String, value: String = "", effect: String) {
            self.key = key
            self.value = value
            self.effect = effect
        }
    }

    package var metadata: ObjectMeta
    package var podCIDRs: [IPNetwork]
    package var taints: [Taint]
    /// `status.addresses` of type InternalIP, in the order given.
    package var internalIPs: [IPAddress]
    /// `status.addresses` of type ExternalIP, in the order given.
    package var externalIPs: [IPAddress]
    /// Values that were left out.
    package var refusals: [FieldRefusal] = []

    package init(
        metadata: ObjectMeta, podCIDRs: [IPNetwork] = [], taints: [Taint] = [], internalIPs: [IPAddress] = [],
        externalIPs: [IPAddress] = []
    ) {
        self.metadata = metadata
        self.podCIDRs = podCIDRs
        self.taints = taints
        self.internalIPs = internalIPs
        self.externalIPs = externalIPs
    }

    package var name: String { metadata.name }

    /// The zone of the node, or `nil` if it has none.
    package var zone: String? { metadata.labels[WellKnown.zone] }
}
