package import InternetAddresses

/// A Pod (`v1`), reduced to what endpoints and names depend on. Its metadata holds all its labels.
///
/// See https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/.
package struct Pod: Sendable, Hashable {
    /// `status.phase`.
    package enum Phase: String, Sendable, Hashable, CaseIterable {
        case pending = "Pending"
        case running = "Running"
        case succeeded = "Succeeded"
        case failed = "Failed"
        case unknown = "Unknown"
    }

    /// A container port with a name, which `targetPort` of a Service may refer to.
    package struct NamedPort: Sendable, Hashable {
        package var name: String
        package var transport: TransportProtocol
        package var port: UInt16

        package init(name: String, transport: TransportProtocol = .tcp, port: UInt16) {
            self.name = name
            self.transport = transport
            self.port = port
        }
    }

    package var metadata: ObjectMeta
    package var phase: Phase
    /// `status.podIPs`: at most one per IP family; empty until the Pod has a network.
    package var addresses: [IPAddress]
    /// Empty until the Pod is scheduled.
    package var nodeName: String
    /// `spec.hostname`; empty if the Pod does not set it.
    package var hostname: String
    /// `spec.subdomain`; empty if the Pod does not set it.
    package var subdomain: String
    /// The condition `Ready`.
    package var isReady: Bool
    package var namedPorts: [NamedPort]
    /// Values that were left out.
    package var refusals: [FieldRefusal] = []

    package init(
        metadata: ObjectMeta, phase: Phase = .pending, addresses: [IPAddress] = [], nodeName: String = "",
        hostname: String = "", subdomain: String = "", isReady: Bool = false, namedPorts: [NamedPort] = []
    ) {
        self.metadata = metadata
        self.phase = phase
        self.addresses = addresses
        self.nodeName = nodeName
        self.hostname = hostname
        self.subdomain = subdomain
        self.isReady = isReady
        self.namedPorts = namedPorts
    }
}
