import InternetAddresses
import KubernetesAPI
import Testing

@Suite struct EndpointSliceReadingTests {
    private func slice(_ rest: String, type: String = "IPv4") -> String {
        #"""
        {"metadata": {"name": "web-1", "labels": {"kubernetes.io/service-name": "web"}}, "addressType": "\#(type)", \#
        \#(rest)}
        """#
    }

    @Test("every field used by routing is read")
    func allFields() throws {
        let slice = try readSlice(
            slice(
                #"""
                "endpoints": [{"addresses": ["10.244.0.7", "10.244.0.8"], "conditions": {"ready": true},
                  "nodeName": "n1", "zone": "z1",
                  "hints": {"forZones": [{"name": "z1"}, {"name": "z2"}], "forNodes": [{"name": "n1"}]}}],
                "ports": [{"name": "http", "port": 8080}, {"name": "dns", "port": 53, "protocol": "UDP"}]
                """#))
        let expected = EndpointSlice(
            metadata: ObjectMeta(namespace: "default", name: "web-1", labels: [WellKnown.serviceName: "web"]),
            addressType: .ipv4,
            endpoints: [
                Endpoint(
                    address: try address("10.244.0.7"), nodeName: "n1", zone: "z1", zoneHints: ["z1", "z2"],
                    nodeHints: ["n1"])
            ],
            ports: [EndpointPort(name: "http", port: 8080), EndpointPort(name: "dns", transport: .udp, port: 53)])
        #expect(slice == expected)
        #expect(slice.service == NamespacedName(namespace: "default", name: "web"))
    }

    @Test(
        "missing conditions mean ready, serving, and not terminating",
        arguments: [
            ("", [.ready, .serving]),
            (#""ready": false"#, .serving),
            (#""ready": null, "terminating": null"#, [.ready, .serving]),
            (#""ready": false, "serving": true, "terminating": true"#, [.serving, .terminating]),
            (#""serving": false"#, .ready),
        ] as [(String, Endpoint.Conditions)])
    func conditions(json: String, expected: Endpoint.Conditions) throws {
        let slice = try readSlice(
            slice(#""endpoints": [{"addresses": ["10.0.0.1"], "conditions": {\#(json)}}]"#))
        #expect(slice.endpoints.first?.conditions == expected)
    }

    @Test("null lists are empty lists, as the API server writes them")
    func nullLists() throws {
        let slice = try readSlice(slice(#""endpoints": null, "ports": null"#))
        #expect(slice.endpoints.isEmpty && slice.ports.isEmpty)
    }

    @Test("a port without a number means all ports")
    func portWithoutNumber() throws {
        #expect(try readSlice(slice(#""ports": [{}]"#)).ports == [EndpointPort(port: nil)])
    }

    @Test("the endpoints of an FQDN slice are host names, not addresses")
    func hostNames() throws {
        let endpoints =
            #"[{"addresses": ["db.example"], "hostname": "db"}, {"addresses": ["x"], "conditions": {"ready": false}}]"#
        let slice = try readSlice(slice(#""endpoints": \#(endpoints)"#, type: "FQDN"))
        #expect(slice.addressType == .fqdn)
        #expect(slice.endpoints.isEmpty)
        #expect(
            slice.hostNames == [
                EndpointHostName(name: "db.example", hostname: "db"),
                EndpointHostName(name: "x", conditions: .serving),
            ])
    }

    @Test("forms of addresses that the API once accepted are read as kube-proxy reads them")
    func oldForms() throws {
        let slice = try readSlice(
            slice(#""endpoints": [{"addresses": ["010.0.0.01"]}, {"addresses": ["::ffff:10.0.0.2"]}]"#))
        #expect(slice.endpoints.map(\.address) == [try address("10.0.0.1"), try address("10.0.0.2")])
        #expect(slice.refusals.isEmpty)
    }

    @Test("only the first address of an endpoint counts")
    func furtherAddresses() throws {
        let slice = try readSlice(slice(#""endpoints": [{"addresses": ["10.0.0.1", "127.0.0.1"]}]"#))
        #expect(slice.endpoints.map(\.address) == [try address("10.0.0.1")])
        #expect(slice.refusals.isEmpty)
    }

    @Test("an invalid endpoint and an invalid port are omitted and named, and the others count")
    func oddValues() throws {
        let slice = try readSlice(
            slice(
                #"""
                "endpoints": [{"addresses": []}, {"addresses": ["fd00::1"]},
                {"addresses": ["10.0.0.3"], "hostname": "db-0"}],
                "ports": [{"name": "a", "port": 0}, {"name": "b", "port": 80}]
                """#))
        #expect(slice.endpoints == [Endpoint(address: try address("10.0.0.3"), hostname: "db-0")])
        #expect(slice.ports == [EndpointPort(name: "b", port: 80)])
        #expect(
            slice.refusals == [
                FieldRefusal(path: "ports[0].port", value: "0", reason: .notAPort),
                FieldRefusal(path: "endpoints[0].addresses", reason: .noAddress),
                FieldRefusal(
                    path: "endpoints[1].addresses[0]", value: "fd00::1",
                    reason: .otherFamily(.ipv4, saidBy: "addressType")),
            ])
    }

    struct Mistake: Sendable, CustomTestStringConvertible {
        var type = "IPv4"
        var rest: String
        var field: String
        var reason: String
        var testDescription: String { rest }
    }

    @Test(
        "a mistake is reported with its field, the fault, and a remedy",
        arguments: [
            Mistake(type: "", rest: #""ports": []"#, field: "addressType", reason: "use one of IPv4, IPv6, FQDN"),
            Mistake(type: "IP", rest: #""ports": []"#, field: "addressType", reason: "use one of IPv4, IPv6, FQDN"),
            Mistake(
                rest: #""endpoints": [{"addresses": ["10.0.0.1"]}, {"addresses": []}]"#,
                field: "endpoints[1].addresses",
                reason: "there is no address"),
            Mistake(rest: #""endpoints": [{}]"#, field: "endpoints[0].addresses", reason: "there is no address"),
            Mistake(
                rest: #""endpoints": [{"addresses": ["db.example"]}]"#, field: "endpoints[0].addresses[0]",
                reason: "is not an IP address"),
            Mistake(
                rest: #""endpoints": [{"addresses": ["fd00::1"]}]"#, field: "endpoints[0].addresses[0]",
                reason: "fd00::1 is not IPv4"),
            Mistake(
                type: "IPv6", rest: #""endpoints": [{"addresses": ["::ffff:10.0.0.1"]}]"#,
                field: "endpoints[0].addresses[0]", reason: "is not IPv6"),
            Mistake(
                rest: #""endpoints": [{"addresses": ["127.0.0.1", "10.0.0.1"]}]"#, field: "endpoints[0].addresses[0]",
                reason: "loopback"),
            Mistake(
                type: "IPv6", rest: #""endpoints": [{"addresses": ["fe80::1"]}]"#, field: "endpoints[0].addresses[0]",
                reason: "link-local"),
            Mistake(
                type: "IPv6", rest: #""endpoints": [{"addresses": ["::"]}]"#, field: "endpoints[0].addresses[0]",
                reason: "unspecified"),
            Mistake(
                rest: #""endpoints": [{"addresses": ["224.0.0.1"]}]"#, field: "endpoints[0].addresses[0]",
                reason: "multicast"),
            Mistake(rest: #""ports": [{"port": 0}]"#, field: "ports[0].port", reason: "0 is not a port"),
            Mistake(
                rest: #""ports": [{"port": 1}, {"port": 2}]"#, field: "ports[1].name",
                reason: "“” is in ports[0].name too"),
            Mistake(
                rest: #""ports": [{"port": 1, "protocol": "ICMP"}]"#, field: "ports[0].protocol",
                reason: "use TCP, UDP or SCTP"),
            Mistake(
                rest: #""endpoints": [{"addresses": ["10.0.0.1"], "conditions": {"ready": "yes"}}]"#,
                field: "endpoints[0].conditions.ready", reason: "not true or false"),
        ])
    func mistakes(mistake: Mistake) throws {
        let problem = try KubernetesAPITests.mistake(slice(mistake.rest, type: mistake.type), .endpointSlice)
        #expect(problem.object == "EndpointSlice default/web-1")
        #expect(problem.field == mistake.field)
        #expect(problem.reason.contains(mistake.reason), "\(problem.reason)")
    }
}
