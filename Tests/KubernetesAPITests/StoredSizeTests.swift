import InternetAddresses
import KubernetesAPI
import Testing

/// A node holds every endpoint of its cluster: the size of each limits the size of clusters.
@Suite struct StoredSizeTests {
    @Test("an endpoint takes 32 bytes")
    func endpoint() {
        #expect(MemoryLayout<Endpoint>.stride == 32)
    }

    @Test("a change takes one reference")
    func change() {
        #expect(MemoryLayout<ObjectChange>.stride == 8)
    }

    /// A list of slices with `count` endpoints each, on two nodes.
    private func list(slices: Int, endpoints count: Int, hostname: Bool = false) -> [UInt8] {
        let list = ProtobufWriter { list in
            for number in 0..<slices {
                list.message(2) { slice in
                    slice.message(1) { $0.text(1, "web-\(number)") }
                    for index in 0..<count {
                        slice.message(2) { endpoint in
                            endpoint.text(1, "10.244.\(number).\(index)")
                            if hostname { endpoint.text(3, "db-\(index)") }
                            endpoint.text(6, "node-\(index % 2).compute.example")
                            endpoint.text(7, "z\(index % 2)")
                            endpoint.message(8) { hints in hints.message(1) { $0.text(1, "z1") } }
                        }
                    }
                    slice.message(3) { port in
                        port.text(1, "http")
                        port.integer(3, 8080)
                    }
                    slice.text(4, "IPv4")
                }
            }
        }
        return ProtobufWriter.enveloped("EndpointSliceList", list.bytes)
    }

    private func slices(_ bytes: [UInt8]) throws -> [EndpointSlice] {
        try WireFormat.protobuf.readList(bytes, of: .endpointSlice).objects.map {
            guard case .endpointSlice(let slice) = $0 else { throw Unexpected() }
            return slice
        }
    }

    @Test("endpoints of a node share their placement, and slices their ports")
    func sharing() throws {
        let slices = try slices(list(slices: 3, endpoints: 10))
        let placements = Set(slices.flatMap(\.endpoints).map { ObjectIdentifier($0.placement) })
        #expect(placements.count == 2)
        let ports = Set(slices.map { slice in slice.ports.withUnsafeBytes { Int(bitPattern: $0.baseAddress) } })
        #expect(ports.count == 1)
        let first = try #require(slices.first?.endpoints.first)
        #expect(
            first
                == Endpoint(
                    address: try address("10.244.0.0"), nodeName: "node-0.compute.example", zone: "z0",
                    zoneHints: ["z1"]))
    }

    @Test("Services with the same ports share them, unless a node port is among them")
    func sharedServicePorts() throws {
        let list = ProtobufWriter { list in
            for number in 0..<4 {
                list.message(2) { service in
                    service.message(1) { $0.text(1, "web-\(number)") }
                    service.message(2) { spec in
                        spec.message(1) { port in
                            port.text(1, "http")
                            port.integer(3, 80)
                            if number > 1 { port.integer(5, 30080) }
                        }
                        spec.text(3, "10.96.0.\(number + 1)")
                        spec.text(4, number > 1 ? "NodePort" : "ClusterIP")
                    }
                }
            }
        }
        let services = try WireFormat.protobuf.readList(
            ProtobufWriter.enveloped("ServiceList", list.bytes), of: .service
        ).objects.map { object in
            guard case .service(let service) = object else { throw Unexpected() }
            return service
        }
        #expect(services.map { $0.ports.first?.nodePort } == [nil, nil, 30080, 30080])
        let storage = services.map { service in service.ports.withUnsafeBytes { Int(bitPattern: $0.baseAddress) } }
        #expect(storage[0] == storage[1] && Set(storage).count == 3)
    }

    @Test("endpoints with a host name have their own placement")
    func hostnames() throws {
        let slices = try slices(list(slices: 1, endpoints: 4, hostname: true))
        #expect(slices.first?.endpoints.map(\.hostname) == ["db-0", "db-1", "db-2", "db-3"])
        #expect(slices.first?.endpoints.last?.nodeName == "node-1.compute.example")
    }

    @Test("fields in an order other than the API server's are read alike")
    func order() throws {
        let object = try WireFormat.protobuf.readObject(
            ProtobufWriter.enveloped(
                "EndpointSlice",
                ProtobufWriter { slice in
                    slice.text(4, "IPv4")
                    for address in ["10.0.0.1", "10.0.0.2"] {
                        slice.message(2) { endpoint in
                            endpoint.text(7, "z1")
                            endpoint.message(2) { $0.integer(3, 1) }
                            endpoint.text(6, "n1")
                            endpoint.text(1, address)
                        }
                    }
                    slice.message(1) { $0.text(1, "web-1") }
                }.bytes), of: .endpointSlice)
        guard case .endpointSlice(let slice) = object else { throw Unexpected() }
        let conditions: Endpoint.Conditions = [.ready, .serving, .terminating]
        let expected = try ["10.0.0.1", "10.0.0.2"].map {
            Endpoint(address: try address($0), conditions: conditions, nodeName: "n1", zone: "z1")
        }
        #expect(slice.endpoints == expected)
    }
}
