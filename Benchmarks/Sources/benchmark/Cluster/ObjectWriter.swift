/// Objects with all fields that kube-apiserver 1.36 sends, even those that a node does not use, because
/// reading them costs time.
enum ObjectWriter {
    static let namespace = "bench"
    /// The version of all objects at the start.
    static let resourceVersion = 1_000_000

    static func service(_ name: String, address: String, hasAffinity: Bool) -> [UInt8] {
        ProtobufWriter.bytes { service in
            service.message(1) { metadata(to: &$0, name, labels: [("app", name)], manager: "kubectl-create") }
            service.message(2) { spec in
                spec.message(1) { port in
                    port.text(1, "http")
                    port.text(2, "TCP")
                    port.number(3, 80)
                    port.message(4) {
                        $0.number(1, 0)
                        $0.number(2, 8080)
                        $0.text(3, "")
                    }
                    port.number(5, 0)
                }
                spec.entry(2, "app", name)
                spec.text(3, address)
                spec.text(4, "ClusterIP")
                spec.text(7, hasAffinity ? "ClientIP" : "None")
                if hasAffinity { spec.message(14) { $0.message(1) { $0.number(1, 10_800) } } }
                spec.text(17, "SingleStack")
                spec.text(18, address)
                spec.text(19, "IPv4")
                spec.text(22, "Cluster")
            }
            service.message(3) { $0.message(1) { _ in } }
        }
    }

    struct Endpoint {
        var address: String
        var nodeName: String
        var isReady = true
    }

    static func endpointSlice(
        _ name: String, of service: String, _ endpoints: [Endpoint], resourceVersion: Int = resourceVersion
    ) -> [UInt8] {
        ProtobufWriter.bytes { slice in
            slice.message(1) { message in
                metadata(
                    to: &message, name,
                    labels: [
                        ("app", service), ("endpointslice.kubernetes.io/managed-by", "endpointslice-controller.k8s.io"),
                        ("kubernetes.io/service-name", service),
                    ], manager: "kube-controller-manager", resourceVersion: resourceVersion)
                message.message(13) { owner in
                    owner.text(1, "Service")
                    owner.text(3, service)
                    owner.text(4, uid(service))
                    owner.text(5, "v1")
                    owner.bool(6, true)
                    owner.bool(7, true)
                }
            }
            for endpoint in endpoints { slice.message(2) { write(endpoint, of: service, to: &$0) } }
            slice.message(3) { port in
                port.text(1, "http")
                port.text(2, "TCP")
                port.number(3, 8080)
            }
            slice.text(4, "IPv4")
        }
    }

    static func node(_ name: String, address: String, podNetwork: String) -> [UInt8] {
        ProtobufWriter.bytes { node in
            node.message(1) {
                $0.text(1, name)
                $0.text(5, uid(name))
                $0.text(6, "\(resourceVersion)")
                $0.entry(11, "kubernetes.io/hostname", name)
                $0.entry(11, "topology.kubernetes.io/zone", "zone-0")
            }
            node.message(2) {
                $0.text(1, podNetwork)
                $0.text(7, podNetwork)
            }
            node.message(3) { status in
                status.message(5) {
                    $0.text(1, "InternalIP")
                    $0.text(2, address)
                }
            }
        }
    }

    private static func write(_ endpoint: Endpoint, of service: String, to message: inout ProtobufWriter) {
        message.text(1, endpoint.address)
        message.message(2) {
            $0.bool(1, endpoint.isReady)
            $0.bool(2, endpoint.isReady)
            $0.bool(3, false)
        }
        let pod = "\(service)-\(endpoint.address)"
        message.message(4) {
            $0.text(1, "Pod")
            $0.text(2, namespace)
            $0.text(3, pod)
            $0.text(4, uid(pod))
            $0.text(5, "")
            $0.text(6, "")
            $0.text(7, "")
        }
        message.text(6, endpoint.nodeName)
        message.text(7, "zone-0")
    }

    private static func metadata(
        to message: inout ProtobufWriter, _ name: String, labels: [(String, String)], manager: String,
        resourceVersion: Int = resourceVersion
    ) {
        message.text(1, name)
        message.text(2, "")
        message.text(3, namespace)
        message.text(5, uid(name))
        message.text(6, "\(resourceVersion)")
        message.number(7, 1)
        message.message(8) { $0.number(1, 1_780_000_000) }
        for (key, value) in labels { message.entry(11, key, value) }
        message.message(17) { entry in
            entry.text(1, manager)
            entry.text(2, "Update")
            entry.text(3, "v1")
            entry.message(4) { $0.number(1, 1_780_000_000) }
            entry.text(6, "FieldsV1")
            entry.message(7) { $0.text(1, managedFields) }
        }
    }

    private static let managedFields =
        #"{"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:internalTrafficPolicy":{},"f:ports":{".":{},"#
        + #""k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},"f:name":{},"f:port":{},"f:protocol":{},"#
        + #""f:targetPort":{}}},"f:selector":{},"f:sessionAffinity":{},"f:type":{}}}"#

    /// As long as a UUID, and the same in each run.
    private static func uid(_ name: String) -> String {
        let digits = String(name.utf8.reduce(UInt64(5381)) { ($0 &* 33) ^ UInt64($1) }, radix: 16)
        let padded = String(repeating: "0", count: 16 - digits.count) + digits
        return "\(padded.prefix(8))-\(padded.suffix(4))-4000-8000-\(padded.prefix(12))"
    }
}
