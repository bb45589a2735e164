package import InternetAddresses
package import KubernetesAPI

/// What identifies one port of a Service: `namespace/name:port`, and its protocol.
package struct ServicePortName: Sendable, Hashable {
    package var service: NamespacedName
    /// The name of the port; empty if the Service has one unnamed port.
    package var port: String
    package var transport: TransportProtocol

    package init(service: NamespacedName, port: String = "", transport: TransportProtocol = .tcp) {
        self.service = service
        self.port = port
        self.transport = transport
    }
}

extension ServicePortName: Comparable, CustomStringConvertible {
    package static func < (lhs: Self, rhs: Self) -> Bool {
        (lhs.service, lhs.port, lhs.transport) < (rhs.service, rhs.port, rhs.transport)
    }

    /// As kube-proxy writes it into comments and hashes: `default/web:http`, or `default/web` for an unnamed port.
    package var description: String { port.isEmpty ? "\(service)" : "\(service):\(port)" }
}
