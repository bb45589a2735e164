import InternetAddresses
import KubernetesAPI
import Testing

/// ServiceCIDRs, Namespaces and Pods, in both wire formats.
@Suite struct OtherKindsReadingTests {
    private func both(
        _ kind: ObjectKind, json: String, _ fields: (inout ProtobufWriter) -> Void
    ) throws -> KubernetesObject {
        let object = try WireFormat.json.readObject(Array(json.utf8), of: kind)
        let protobuf = try WireFormat.protobuf.readObject(
            ProtobufWriter.enveloped(kind.rawValue, ProtobufWriter(fields).bytes), of: kind)
        #expect(protobuf == object)
        return object
    }

    @Test("a ServiceCIDR has its networks and its readiness")
    func serviceCIDR() throws {
        let object = try both(
            .serviceCIDR,
            json: #"""
                {"kind": "ServiceCIDR", "apiVersion": "networking.k8s.io/v1", "metadata": {"name": "extra"},
                 "spec": {"cidrs": ["10.97.0.0/16", "odd", "fd00:10:97::/112"]},
                 "status": {"conditions": [{"type": "Other", "status": "True"}, {"type": "Ready", "status": "False"}]}}
                """#
        ) { range in
            range.message(1) { $0.text(1, "extra") }
            range.message(2) { spec in for text in ["10.97.0.0/16", "odd", "fd00:10:97::/112"] { spec.text(1, text) } }
            range.message(3) { status in
                for (type, value) in [("Other", "True"), ("Ready", "False")] {
                    status.message(1) { condition in
                        condition.text(1, type)
                        condition.text(2, value)
                    }
                }
            }
        }
        guard case .serviceCIDR(let range) = object else { throw Unexpected() }
        #expect(range.metadata.namespacedName == NamespacedName(namespace: "", name: "extra"))
        #expect(range.networks == [try network("10.97.0.0/16"), try network("fd00:10:97::/112")])
        #expect(!range.isReady)
        #expect(range.refusals == [FieldRefusal(path: "spec.cidrs[1]", value: "odd", reason: .notANetwork)])
    }

    @Test("a ServiceCIDR without a condition is ready")
    func serviceCIDRWithoutStatus() throws {
        let json = #"{"metadata": {"name": "kubernetes"}, "spec": {"cidrs": ["10.96.0.0/12"]}}"#
        guard case .serviceCIDR(let range) = try WireFormat.json.readObject(Array(json.utf8), of: .serviceCIDR) else {
            throw Unexpected()
        }
        #expect(range.isReady)
    }

    @Test("a Namespace has its phase", arguments: [("Active", false), ("Terminating", true)])
    func namespace(phase: String, isTerminating: Bool) throws {
        let object = try both(
            .namespace, json: #"{"metadata": {"name": "shop"}, "status": {"phase": "\#(phase)"}}"#
        ) { namespace in
            namespace.message(1) { $0.text(1, "shop") }
            namespace.message(3) { $0.text(1, phase) }
        }
        #expect(object.key.description == "Namespace shop")
        guard case .namespace(let namespace) = object else { throw Unexpected() }
        #expect(namespace.isTerminating == isTerminating)
    }

    @Test("a Pod has what endpoints and names depend on, and all its labels")
    func pod() throws {
        let object = try both(
            .pod,
            json: #"""
                {"metadata": {"name": "db-0", "namespace": "shop", "labels": {"app": "db"}},
                 "spec": {"nodeName": "n1", "hostname": "db-0", "subdomain": "db", "containers": [
                   {"name": "db", "ports": [{"name": "sql", "containerPort": 5432}, {"containerPort": 80}]},
                   {"name": "dns", "ports": [{"name": "dns", "containerPort": 53, "protocol": "UDP"}]}]},
                 "status": {"phase": "Running", "podIP": "10.244.0.7",
                   "podIPs": [{"ip": "10.244.0.7"}, {"ip": "fd00:10:244::7"}],
                   "conditions": [{"type": "Ready", "status": "True"}]}}
                """#
        ) { pod in
            pod.message(1) { metadata in
                metadata.text(1, "db-0")
                metadata.text(3, "shop")
                metadata.message(11) { entry in
                    entry.text(1, "app")
                    entry.text(2, "db")
                }
            }
            pod.message(2) { spec in
                spec.message(2) { container in
                    container.text(1, "db")
                    container.message(6) { port in
                        port.text(1, "sql")
                        port.integer(3, 5432)
                    }
                    container.message(6) { $0.integer(3, 80) }
                }
                spec.message(2) { container in
                    container.message(6) { port in
                        port.text(1, "dns")
                        port.integer(3, 53)
                        port.text(4, "UDP")
                    }
                }
                spec.text(10, "n1")
                spec.text(16, "db-0")
                spec.text(17, "db")
            }
            pod.message(3) { status in
                status.text(1, "Running")
                status.message(2) { condition in
                    condition.text(1, "Ready")
                    condition.text(2, "True")
                }
                status.text(6, "10.244.0.7")
                for text in ["10.244.0.7", "fd00:10:244::7"] { status.message(12) { $0.text(1, text) } }
            }
        }
        let expected = Pod(
            metadata: ObjectMeta(namespace: "shop", name: "db-0", labels: ["app": "db"]), phase: .running,
            addresses: [try address("10.244.0.7"), try address("fd00:10:244::7")], nodeName: "n1", hostname: "db-0",
            subdomain: "db", isReady: true,
            namedPorts: [
                Pod.NamedPort(name: "sql", port: 5432), Pod.NamedPort(name: "dns", transport: .udp, port: 53),
            ])
        #expect(object == .pod(expected))
    }

    @Test("a Pod that is not yet scheduled has no address, no node, and is not ready")
    func pendingPod() throws {
        let json = #"{"metadata": {"name": "a"}, "status": {"phase": "Pending"}}"#
        #expect(
            try WireFormat.json.readObject(Array(json.utf8), of: .pod)
                == .pod(Pod(metadata: ObjectMeta(namespace: "default", name: "a"))))
    }

    @Test("each kind has its own row", arguments: ObjectKind.allCases)
    func registrations(kind: ObjectKind) {
        #expect(kind.registration.resource == kind.rawValue.lowercased() + "s")
        #expect(kind.registration.plural == kind.rawValue + "s")
        #expect(kind.path.hasSuffix("/\(kind.apiVersion)/\(kind.registration.resource)"))
    }
}
