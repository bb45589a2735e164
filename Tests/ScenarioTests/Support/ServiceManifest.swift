import LabKit

/// A Service and its one EndpointSlice, to write as YAML.
struct ServiceManifest {
    struct Port {
        var number: UInt16 = 80
        var nodePort: UInt16?
    }

    var name = "web"
    var clusterIP = "10.96.0.5"
    var transport = Transport.tcp
    var ports = [Port()]
    /// The timeout of session affinity; nil for none.
    var affinitySeconds: Int?
    /// The endpoints' node; nil if unknown.
    var nodeName: String?
    /// The IP addresses; each listens on the Service's ports.
    var endpoints: [String]

    /// The endpoints' port for a port of the Service.
    func servers(_ port: Int = 0) -> Set<SocketAddress> {
        Set(endpoints.map { SocketAddress($0, ports[port].number) })
    }

    /// The address of a port of the Service.
    func frontend(_ port: Int = 0) -> SocketAddress { SocketAddress(clusterIP, ports[port].number) }

    var yaml: String {
        """
        apiVersion: v1
        kind: Service
        metadata: {name: \(name), namespace: default}
        spec:
          type: \(ports.contains { $0.nodePort != nil } ? "NodePort" : "ClusterIP")
          clusterIP: \(clusterIP)
          clusterIPs: [\(clusterIP)]
          ipFamilies: [IPv4]
          sessionAffinity: \(affinitySeconds == nil ? "None" : "ClientIP")
        \(affinitySeconds.map { "  sessionAffinityConfig: {clientIP: {timeoutSeconds: \($0)}}" } ?? "")
          ports: [\(list(ports, servicePort))]
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: \(name)-1, namespace: default, labels: {kubernetes.io/service-name: \(name)}}
        addressType: IPv4
        ports: [\(list(ports) { "{name: \(name($0)), port: \($0.number), protocol: \(transport.rawValue)}" })]
        endpoints: [\(list(endpoints, endpoint))]

        """
    }

    private func endpoint(_ address: String) -> String {
        let place = nodeName.map { ", nodeName: \($0)" } ?? ""
        return "{addresses: [\(address)], conditions: {ready: true}\(place)}"
    }

    private func name(_ port: Port) -> String { "p\(port.number)" }

    private func servicePort(_ port: Port) -> String {
        let nodePort = port.nodePort.map { ", nodePort: \($0)" } ?? ""
        return "{name: \(name(port)), port: \(port.number), protocol: \(transport.rawValue)\(nodePort)}"
    }

    private func list<T>(_ things: [T], _ text: (T) -> String) -> String {
        things.map(text).joined(separator: ", ")
    }
}
