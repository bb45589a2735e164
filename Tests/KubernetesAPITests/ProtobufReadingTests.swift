import InternetAddresses
import KubernetesAPI
import Testing

@Suite struct ProtobufReadingTests {
    private func read(_ kind: ObjectKind, _ fields: (inout ProtobufWriter) -> Void) throws -> KubernetesObject {
        try WireFormat.protobuf.readObject(
            ProtobufWriter.enveloped(kind.rawValue, ProtobufWriter(fields).bytes), of: kind)
    }

    @Test("every field of a Service used by routing is read, as in JSON")
    func service() throws {
        let protobuf = try read(.service) { service in
            service.message(1) { metadata in
                metadata.text(1, "web")
                metadata.text(3, "shop")
                metadata.text(6, "7")
                metadata.message(8) { $0.integer(1, 1_795_231_117) }
                metadata.message(9) { $0.integer(1, 1_795_231_177) }
                metadata.message(11) { entry in
                    entry.text(1, WellKnown.serviceProxyName)
                    entry.text(2, "other")
                }
                metadata.message(11) { entry in
                    entry.text(1, "app")
                    entry.text(2, "web")
                }
            }
            service.message(2) { spec in
                spec.message(1) { port in
                    port.text(1, "http")
                    port.text(2, "TCP")
                    port.integer(3, 80)
                    port.message(4) { target in
                        target.integer(1, 1)
                        target.text(3, "web")
                    }
                    port.integer(5, 30080)
                }
                spec.message(1) { port in
                    port.text(1, "dns")
                    port.text(2, "UDP")
                    port.integer(3, 53)
                    port.message(4) { target in
                        target.integer(1, 0)
                        target.integer(2, 5353)
                    }
                }
                spec.text(3, "10.96.0.5")
                spec.text(4, "LoadBalancer")
                spec.text(5, "192.0.2.9")
                spec.text(7, "ClientIP")
                spec.text(9, " 203.0.113.7/24 ")
                spec.message(2) { entry in
                    entry.text(1, "app")
                    entry.text(2, "web")
                }
                spec.text(11, "Local")
                spec.integer(13, 1)
                spec.integer(12, 31000)
                spec.message(14) { config in config.message(1) { $0.integer(1, 600) } }
                spec.text(18, "10.96.0.5")
                spec.text(18, "fd00::5")
                spec.text(19, "IPv4")
                spec.text(19, "IPv6")
                spec.text(22, "Local")
            }
            service.message(3) { status in
                status.message(1) { balancer in
                    balancer.message(1) { $0.text(2, "lb.example") }
                    balancer.message(1) { ingress in
                        ingress.text(1, "192.0.2.2")
                        ingress.text(3, "Proxy")
                    }
                }
            }
        }
        let json = try readService(
            #"""
            {"metadata": {"name": "web", "namespace": "shop", "resourceVersion": "7",
              "creationTimestamp": "2026-11-21T03:18:37Z", "deletionTimestamp": "2026-11-21T03:19:37Z",
              "labels": {"service.kubernetes.io/service-proxy-name": "other"}},
             "spec": {"type": "LoadBalancer", "clusterIPs": ["10.96.0.5", "fd00::5"],
              "ports": [{"name": "http", "port": 80, "targetPort": "web", "nodePort": 30080},
                        {"name": "dns", "port": 53, "protocol": "UDP", "targetPort": 5353}],
              "externalIPs": ["192.0.2.9"], "loadBalancerSourceRanges": ["203.0.113.7/24"],
              "internalTrafficPolicy": "Local", "externalTrafficPolicy": "Local", "healthCheckNodePort": 31000,
              "selector": {"app": "web"}, "publishNotReadyAddresses": true,
              "sessionAffinity": "ClientIP", "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 600}}},
             "status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.2", "ipMode": "Proxy"}]}}}
            """#)
        #expect(protobuf == .service(json))
    }

    @Test("every field of a Node used by routing is read")
    func node() throws {
        let protobuf = try read(.node) { node in
            node.message(1) { metadata in
                metadata.text(1, "n1")
                metadata.message(11) { entry in
                    entry.text(1, WellKnown.zone)
                    entry.text(2, "z1")
                }
            }
            node.message(2) { spec in
                spec.text(1, "10.244.0.0/24")
                spec.message(5) { taint in
                    taint.text(1, "k")
                    taint.text(2, "v")
                    taint.text(3, "NoSchedule")
                }
                spec.text(7, "10.244.0.0/24")
                spec.text(7, "fd00:10:244::/64")
            }
            node.message(3) { status in
                for (type, address) in [("InternalIP", "172.30.0.2"), ("Hostname", "n1"), ("ExternalIP", "192.0.2.1")] {
                    status.message(5) { entry in
                        entry.text(1, type)
                        entry.text(2, address)
                    }
                }
            }
        }
        let expected = Node(
            metadata: ObjectMeta(namespace: "", name: "n1", labels: [WellKnown.zone: "z1"]),
            podCIDRs: [try network("10.244.0.0/24"), try network("fd00:10:244::/64")],
            taints: [Node.Taint(key: "k", value: "v", effect: "NoSchedule")],
            internalIPs: [try address("172.30.0.2")], externalIPs: [try address("192.0.2.1")])
        #expect(protobuf == .node(expected))
    }

    private func slice(
        type: String = "IPv4", port: Int = 80, _ endpoint: (inout ProtobufWriter) -> Void
    ) -> (inout ProtobufWriter) -> Void {
        var content = ProtobufWriter()
        endpoint(&content)
        let bytes = content.bytes
        return { slice in
            slice.message(1) { $0.text(1, "web-1") }
            slice.append(2, bytes)
            slice.message(3) { $0.integer(3, port) }
            slice.text(4, type)
        }
    }

    @Test("hints, zone and node of an endpoint are read, and missing conditions mean ready")
    func endpoint() throws {
        let object = try read(
            .endpointSlice,
            slice { endpoint in
                endpoint.text(1, "10.244.0.7")
                endpoint.text(1, "10.244.0.8")
                endpoint.text(3, "db-0")
                endpoint.text(6, "a-node-with-a-long-name.example")
                endpoint.text(7, "z1")
                endpoint.message(8) { hints in
                    hints.message(1) { $0.text(1, "z1") }
                    hints.message(2) { $0.text(1, "n1") }
                    hints.message(1) { $0.text(1, "z2") }
                }
            })
        guard case .endpointSlice(let slice) = object else { throw Unexpected() }
        let expected = Endpoint(
            address: try address("10.244.0.7"), nodeName: "a-node-with-a-long-name.example", zone: "z1",
            zoneHints: ["z1", "z2"], nodeHints: ["n1"], hostname: "db-0")
        #expect(slice.endpoints == [expected])
        #expect(slice.ports == [EndpointPort(port: 80)])
    }

    @Test(
        "mistakes are named as in JSON",
        arguments: [
            ("IPv4", ["db.example"]), ("IPv4", ["fd00::1"]), ("IPv4", ["10.0.0.1", "127.0.0.1"]), ("IPv4", []),
            ("IPv6", ["::ffff:10.0.0.1"]), ("IPv6", ["fe80::1"]), ("IPv4", ["10.0.0.01"]), ("IPv4", ["224.0.0.1"]),
        ] as [(String, [String])])
    func mistakes(type: String, addresses: [String]) throws {
        let protobuf = try read(
            .endpointSlice, slice(type: type) { endpoint in addresses.forEach { endpoint.text(1, $0) } })
        let quoted = addresses.map { "\"\($0)\"" }.joined(separator: ", ")
        let json = try readSlice(
            #"""
            {"metadata": {"name": "web-1"}, "addressType": "\#(type)", "ports": [{"port": 80}],
             "endpoints": [{"addresses": [\#(quoted)]}]}
            """#)
        #expect(protobuf == .endpointSlice(json))
    }

    @Test("a slice of an unknown address type is refused, as in JSON", arguments: ["Magic", ""])
    func unknownType(type: String) throws {
        let protobuf = try #require(throws: ObjectError.self) {
            try read(.endpointSlice, slice(type: type) { $0.text(1, "10.0.0.1") })
        }
        #expect(
            try problem(#"{"metadata": {"name": "web-1"}, "addressType": "\#(type)"}"#, .endpointSlice) == protobuf)
    }

    @Test("an omitted endpoint does not shift the paths of those after it")
    func pathsOfRefusals() throws {
        let object = try read(.endpointSlice) { slice in
            slice.message(1) { $0.text(1, "web-1") }
            for address in ["fe80::1", "10.0.0.1", "::1"] { slice.message(2) { $0.text(1, address) } }
            slice.text(4, "IPv4")
        }
        guard case .endpointSlice(let slice) = object else { throw Unexpected() }
        #expect(slice.endpoints.map(\.address) == [try address("10.0.0.1")])
        #expect(slice.refusals.map(\.path) == ["endpoints[0].addresses[0]", "endpoints[2].addresses[0]"])
    }

    @Test("a negative number is not read as a port")
    func negativePort() throws {
        let object = try read(.endpointSlice, slice(port: -1) { $0.text(1, "10.0.0.1") })
        #expect(
            object.refusals.map(\.description) == ["ports[0].port: -1 is not a port; use a number from 1 to 65535"])
    }

    @Test("the endpoints of an FQDN slice are host names, not addresses")
    func hostNames() throws {
        let object = try read(.endpointSlice, slice(type: "FQDN") { $0.text(1, "db.example") })
        guard case .endpointSlice(let slice) = object else { throw Unexpected() }
        #expect(slice.endpoints.isEmpty)
        #expect(slice.hostNames == [EndpointHostName(name: "db.example")])
    }

    @Test("one damaged object does not spoil its list")
    func partlyDamaged() throws {
        let list = ProtobufWriter { list in
            list.message(1) { $0.text(2, "9") }
            list.append(2, [0x0A, 0x7F])
            list.message(2) { item in
                item.message(1) { $0.text(1, "good") }
                item.message(2) { spec in spec.message(1) { $0.integer(3, 80) } }
            }
            list.message(2) { item in
                item.message(1) { $0.text(1, "bad") }
                item.append(2, [0xFF])
            }
        }
        let page = try WireFormat.protobuf.readList(
            ProtobufWriter.enveloped("ServiceList", list.bytes), of: .service)
        #expect(page.objects.map(\.metadata.name) == ["good"])
        #expect(page.problems.map(\.object) == ["Service", "Service default/bad"])
        #expect(page.problems.allSatisfy { $0.reason.contains("damaged") })
    }

    @Test("a response without the magic bytes, or of another kind, is refused")
    func otherAnswers() {
        for bytes in [[], Array("k8s".utf8), Array("k8s\0".utf8), Array(#"{"kind":"ServiceList"}"#.utf8)] {
            #expect(throws: ObjectError.self) { try WireFormat.protobuf.readList(bytes, of: .service) }
            #expect(throws: ObjectError.self) { try WireFormat.protobuf.readObject(bytes, of: .service) }
            #expect(throws: ObjectError.self) { try WireFormat.protobuf.readStatus(bytes) }
            #expect(throws: ObjectError.self) { try WireFormat.protobuf.readWatchEvent(bytes, of: .service) }
        }
        #expect(throws: ObjectError.self) {
            try WireFormat.protobuf.readList(ProtobufWriter.enveloped("NodeList", []), of: .service)
        }
        #expect(throws: ObjectError.self) {
            try WireFormat.protobuf.readObject(
                ProtobufWriter.enveloped("Pod", [0x0A, 0x03, 0x0A, 0x01, 0x61]), of: .service)
        }
    }

    @Test("a Status has code, reason, message, wait and causes")
    func status() throws {
        let body = ProtobufWriter { status in
            status.text(2, "Failure")
            status.text(3, "Too large resource version")
            status.text(4, "Timeout")
            status.message(5) { details in
                details.message(4) { $0.text(1, "ResourceVersionTooLarge") }
                details.integer(5, 1)
            }
            status.integer(6, 504)
        }
        let expected = Status(
            code: 504, reason: "Timeout", message: "Too large resource version", retryAfterSeconds: 1,
            causes: ["ResourceVersionTooLarge"])
        #expect(try WireFormat.protobuf.readStatus(ProtobufWriter.enveloped("Status", body.bytes)) == expected)
        let event = ProtobufWriter { event in
            event.text(1, "ERROR")
            event.message(2) { $0.append(1, ProtobufWriter.enveloped("Status", body.bytes)) }
        }
        guard case .error(expected) = try WireFormat.protobuf.readWatchEvent(event.bytes, of: .service) else {
            throw Unexpected()
        }
    }
}
