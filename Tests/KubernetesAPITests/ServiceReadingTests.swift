import InternetAddresses
import KubernetesAPI
import Testing

@Suite struct ServiceReadingTests {
    @Test("a minimal Service gets the API server's defaults")
    func defaults() throws {
        let service = try readService(
            #"{"metadata": {"name": "web"}, "spec": {"clusterIP": "10.96.0.5", "ports": [{"port": 80}]}}"#)
        let expected = Service(
            metadata: ObjectMeta(namespace: "default", name: "web"), clusterIPs: [try address("10.96.0.5")],
            ipFamilies: [.ipv4], ports: [ServicePort(name: "", transport: .tcp, port: 80, targetPort: .number(80))])
        #expect(service == expected)
    }

    @Test("every field used by routing is read")
    func allFields() throws {
        let service = try readService(
            #"""
            {"kind": "Service", "apiVersion": "v1", "metadata": {"name": "web", "namespace": "shop",
              "resourceVersion": "7", "creationTimestamp": "2026-11-21T03:18:37Z",
              "deletionTimestamp": "2026-11-21T03:19:37Z",
              "labels": {"app": "web", "service.kubernetes.io/service-proxy-name": "other"},
              "annotations": {"note": "long"}},
             "spec": {"type": "LoadBalancer", "clusterIP": "10.96.0.5", "clusterIPs": ["10.96.0.5", "fd00::5"],
              "ipFamilies": ["IPv4", "IPv6"],
              "ports": [{"name": "http", "port": 80, "targetPort": "web", "nodePort": 30080},
                        {"name": "dns", "port": 53, "protocol": "UDP", "targetPort": 5353, "nodePort": 0}],
              "externalIPs": ["192.0.2.9"], "loadBalancerSourceRanges": [" 203.0.113.7/24 ", "2001:db8::/32"],
              "internalTrafficPolicy": "Local", "externalTrafficPolicy": "Local", "healthCheckNodePort": 31000,
              "sessionAffinity": "ClientIP", "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 600}}},
             "status": {"loadBalancer": {"ingress": [{"hostname": "lb.example"}, {"ip": "192.0.2.1"},
              {"ip": "192.0.2.2", "ipMode": "Proxy"}]}}}
            """#)
        let expected = Service(
            metadata: ObjectMeta(
                namespace: "shop", name: "web", resourceVersion: "7", creationTime: 1_795_231_117,
                isBeingDeleted: true, labels: [WellKnown.serviceProxyName: "other"]),
            kind: .loadBalancer, clusterIPs: [try address("10.96.0.5"), try address("fd00::5")],
            ipFamilies: [.ipv4, .ipv6],
            ports: [
                ServicePort(name: "http", port: 80, targetPort: .name("web"), nodePort: 30080),
                ServicePort(name: "dns", transport: .udp, port: 53, targetPort: .number(5353)),
            ],
            externalIPs: [try address("192.0.2.9")],
            loadBalancerIngress: [
                Service.Ingress(address: try address("192.0.2.1")),
                Service.Ingress(address: try address("192.0.2.2"), mode: .proxy),
            ],
            loadBalancerSourceRanges: [try network("203.0.113.0/24"), try network("2001:db8::/32")],
            internalTrafficPolicy: .local, externalTrafficPolicy: .local, healthCheckNodePort: 31000,
            affinityTimeout: 600)
        #expect(service == expected)
    }

    @Test("ClientIP affinity without a timeout lasts three hours")
    func affinityDefault() throws {
        let service = try readService(web(#""ports": [{"port": 80}], "sessionAffinity": "ClientIP""#))
        #expect(service.affinityTimeout == 10800)
    }

    @Test("a headless Service has no cluster IP and needs no port")
    func headless() throws {
        let service = try readService(web(#""clusterIP": "None", "clusterIPs": ["None"]"#))
        #expect(service.isHeadless)
        #expect(service.clusterIPs.isEmpty)
    }

    @Test("an ExternalName Service needs neither address nor port")
    func externalName() throws {
        let service = try readService(web(#""type": "ExternalName", "externalName": "db.example""#))
        #expect(service.kind == .externalName)
        #expect(service.clusterIPs.isEmpty)
    }

    @Test("a target port of 0 or an empty name means the Service port", arguments: ["0", #""""#, "null"])
    func emptyTarget(target: String) throws {
        let service = try readService(web(#""ports": [{"port": 81, "targetPort": \#(target)}]"#))
        #expect(service.ports.first?.targetPort == .number(81))
    }

    @Test("the same port for two protocols is fine")
    func portForTwoProtocols() throws {
        let service = try readService(
            web(
                #"""
                "type": "NodePort", "ports": [{"name": "a", "port": 53, "protocol": "UDP", "nodePort": 30053}, \#
                {"name": "b", "port": 53, "nodePort": 30053}]
                """#
            ))
        #expect(service.ports.count == 2)
    }

    struct Mistake: Sendable, CustomTestStringConvertible {
        var spec: String
        var field: String
        var reason: String
        var testDescription: String { spec }
    }

    @Test(
        "a mistake is reported with its field, the fault, and a remedy",
        arguments: [
            Mistake(spec: #""ports": []"#, field: "spec.ports", reason: "there is no port"),
            Mistake(
                spec: #""ports": [{"port": 0}]"#, field: "spec.ports[0].port", reason: "use a number from 1 to 65535"),
            Mistake(spec: #""ports": [{"port": 65536}]"#, field: "spec.ports[0].port", reason: "65536 is not a port"),
            Mistake(spec: #""ports": [{"port": -1}]"#, field: "spec.ports[0].port", reason: "-1 is not a port"),
            Mistake(spec: #""ports": [{}]"#, field: "spec.ports[0].port", reason: "missing"),
            Mistake(spec: #""ports": [{"port": "http"}]"#, field: "spec.ports[0].port", reason: "not a number"),
            Mistake(
                spec: #""ports": [{"port": 80, "protocol": "tcp"}]"#, field: "spec.ports[0].protocol",
                reason: "use TCP, UDP or SCTP"),
            Mistake(
                spec: #""ports": [{"port": 80, "targetPort": 65536}]"#, field: "spec.ports[0].targetPort",
                reason: "65536 is not a port"),
            Mistake(
                spec: #""ports": [{"port": 80, "targetPort": true}]"#, field: "spec.ports[0].targetPort",
                reason: "not text"),
            Mistake(
                spec: #""ports": [{"port": 80, "nodePort": 30080}]"#, field: "spec.ports[0].nodePort",
                reason: "use type NodePort"),
            Mistake(
                spec: #""ports": [{"name": "a", "port": 80}, {"port": 81}]"#, field: "spec.ports[1].name",
                reason: "each needs its own"),
            Mistake(
                spec: #""ports": [{"name": "a", "port": 80}, {"name": "a", "port": 81}]"#, field: "spec.ports[1].name",
                reason: "“a” is in spec.ports[0].name too"),
            Mistake(
                spec: #""ports": [{"name": "a", "port": 80}, {"name": "b", "port": 80}]"#, field: "spec.ports[1].port",
                reason: "“80/TCP” is in spec.ports[0].port too"),
            Mistake(
                spec:
                    #"""
                    "type": "NodePort", "ports": [{"name": "a", "port": 80, "nodePort": 30080}, \#
                    {"name": "b", "port": 81, "nodePort": 30080}]
                    """#,
                field: "spec.ports[1].nodePort", reason: "“30080/TCP” is in spec.ports[0].nodePort too"),
            Mistake(
                spec: #""ports": [{"port": 80, "name": "a\nb"}]"#, field: "spec.ports[0].name",
                reason: "not a port name"),
            Mistake(
                spec: #""clusterIP": "127.0.0.1", "ports": [{"port": 80}]"#, field: "spec.clusterIP",
                reason: "loopback"),
            Mistake(
                spec: #""clusterIPs": ["None", "10.96.0.5"], "ports": [{"port": 80}]"#, field: "spec.clusterIPs[1]",
                reason: "stands alone"),
            Mistake(
                spec: #""clusterIPs": ["10.96.0.5", "None"], "ports": [{"port": 80}]"#, field: "spec.clusterIPs[1]",
                reason: "“None” is not an IP address"),
            Mistake(
                spec: #""clusterIP": "10.96.0.6", "clusterIPs": ["10.96.0.5"], "ports": [{"port": 80}]"#,
                field: "spec.clusterIP", reason: "differs from spec.clusterIPs[0]"),
            Mistake(
                spec: #""clusterIPs": ["10.96.0.5", "10.96.0.6"], "ports": [{"port": 80}]"#,
                field: "spec.clusterIPs[1]",
                reason: "one cluster IP for IPv4 and one for IPv6"),
            Mistake(
                spec: #""clusterIPs": ["10.96.0.5"], "ipFamilies": ["IPv6"], "ports": [{"port": 80}]"#,
                field: "spec.clusterIPs", reason: "10.96.0.5 is not IPv6"),
            Mistake(
                spec: #""ipFamilies": ["IPv5"], "ports": [{"port": 80}]"#, field: "spec.ipFamilies[0]",
                reason: "use one of IPv4, IPv6"),
            Mistake(
                spec: #""externalIPs": ["169.254.1.1"], "ports": [{"port": 80}]"#, field: "spec.externalIPs[0]",
                reason: "link-local"),
            Mistake(
                spec: #""loadBalancerSourceRanges": ["10.0.0.0/33"], "ports": [{"port": 80}]"#,
                field: "spec.loadBalancerSourceRanges[0]", reason: "is not a network"),
            Mistake(
                spec: #""type": "Magic", "ports": [{"port": 80}]"#, field: "spec.type", reason: "use one of ClusterIP"),
            Mistake(
                spec: #""internalTrafficPolicy": "local", "ports": [{"port": 80}]"#,
                field: "spec.internalTrafficPolicy", reason: "use one of Cluster, Local"),
            Mistake(
                spec: #""externalTrafficPolicy": 1, "ports": [{"port": 80}]"#, field: "spec.externalTrafficPolicy",
                reason: "not text"),
            Mistake(
                spec:
                    #"""
                    "sessionAffinity": "ClientIP", "sessionAffinityConfig": \#
                    {"clientIP": {"timeoutSeconds": 86401}}, "ports": [{"port": 80}]
                    """#,
                field: "spec.sessionAffinityConfig.clientIP.timeoutSeconds", reason: "use 1 to 86400"),
            Mistake(
                spec: #""sessionAffinity": "Cookie", "ports": [{"port": 80}]"#, field: "spec.sessionAffinity",
                reason: "use one of None, ClientIP"),
            Mistake(spec: #""ports": {"port": 80}"#, field: "spec.ports", reason: "not a list"),
        ])
    func mistakes(mistake: Mistake) throws {
        let problem = try KubernetesAPITests.mistake(web(mistake.spec))
        #expect(problem.object == "Service default/web")
        #expect(problem.field == mistake.field)
        #expect(problem.reason.contains(mistake.reason), "\(problem.reason)")
    }

    @Test("an invalid load balancer address is named")
    func badIngress() throws {
        let problem = try mistake(
            #"""
            {"metadata": {"name": "web"}, "spec": {"ports": [{"port": 80}]}, \#
            "status": {"loadBalancer": {"ingress": [{"ip": "1.2.3"}]}}}
            """#
        )
        #expect(problem.field == "status.loadBalancer.ingress[0].ip")
    }

    @Test("forms of addresses that the API once accepted are read as kube-proxy reads them")
    func oldForms() throws {
        let service = try readService(
            web(
                #"""
                "clusterIP": "010.096.0.05", "ports": [{"port": 80}], \#
                "externalIPs": ["::ffff:192.0.2.9", "192.0.02.010"], "loadBalancerSourceRanges": [" 010.0.0.0/8 "]
                """#
            ))
        #expect(service.clusterIPs == [try address("10.96.0.5")])
        #expect(service.externalIPs == [try address("192.0.2.9"), try address("192.0.2.10")])
        #expect(service.loadBalancerSourceRanges == [try network("10.0.0.0/8")])
        #expect(service.refusals.isEmpty)
    }

    @Test("a link-local cluster IP is served")
    func linkLocalClusterIP() throws {
        let service = try readService(web(#""clusterIP": "169.254.20.10", "ports": [{"port": 53}]"#))
        #expect(service.clusterIPs == [try address("169.254.20.10")])
        #expect(service.refusals.isEmpty)
    }

    @Test("an invalid value is omitted and named, and the rest of the Service counts")
    func oddValues() throws {
        let service = try readService(
            #"""
            {"metadata": {"name": "web"}, "spec": {"type": "LoadBalancer", "clusterIP": "10.96.0.5",
              "ports": [{"name": "http", "port": 80, "nodePort": 99999}, {"name": "none", "port": 0}],
              "externalIPs": ["", "192.0.2.9"], "loadBalancerSourceRanges": ["10.0.0.0", "10.0.0.0/8"],
              "internalTrafficPolicy": "local", "sessionAffinity": "Cookie"},
             "status": {"loadBalancer": {"ingress": [{"ip": "lb"}, {"ip": "192.0.2.1"}]}}}
            """#)
        #expect(service.ports == [ServicePort(name: "http", port: 80)])
        #expect(service.externalIPs == [try address("192.0.2.9")])
        #expect(service.loadBalancerSourceRanges == [try network("10.0.0.0/8")])
        #expect(service.loadBalancerIngress == [Service.Ingress(address: try address("192.0.2.1"))])
        #expect(service.internalTrafficPolicy == .cluster && service.affinityTimeout == nil)
        #expect(
            service.refusals == [
                FieldRefusal(path: "spec.ports[0].nodePort", value: "99999", reason: .notAPort),
                FieldRefusal(path: "spec.ports[1].port", value: "0", reason: .notAPort),
                FieldRefusal(path: "spec.externalIPs[0]", reason: .notAnAddress),
                FieldRefusal(path: "status.loadBalancer.ingress[0].ip", value: "lb", reason: .notAnAddress),
                FieldRefusal(path: "spec.loadBalancerSourceRanges[0]", value: "10.0.0.0", reason: .notANetwork),
                FieldRefusal(
                    path: "spec.internalTrafficPolicy", value: "local", reason: .unknown(known: ["Cluster", "Local"])),
                FieldRefusal(
                    path: "spec.sessionAffinity", value: "Cookie", reason: .unknown(known: ["None", "ClientIP"])),
            ])
    }

    @Test("of two identical ports the first counts")
    func samePorts() throws {
        let service = try readService(
            web(
                #"""
                "type": "NodePort", "ports": [{"name": "a", "port": 80, "nodePort": 30080}, \#
                {"name": "a", "port": 81}, {"name": "b", "port": 80}, {"name": "c", "port": 82, "nodePort": 30080}]
                """#
            ))
        #expect(
            service.ports == [
                ServicePort(name: "a", port: 80, nodePort: 30080), ServicePort(name: "c", port: 82),
            ])
        #expect(
            service.refusals.map(\.path) == ["spec.ports[1].name", "spec.ports[2].port", "spec.ports[3].nodePort"])
    }

    @Test("the fields used by names and controllers are read")
    func namesAndSelectors() throws {
        let service = try readService(
            web(
                #"""
                "type": "ExternalName", "externalName": "db.example", "selector": {"app": "web"}, \#
                "publishNotReadyAddresses": true
                """#
            ))
        #expect(service.externalName == "db.example")
        #expect(service.selector == ["app": "web"])
        #expect(service.publishesNotReadyAddresses)
    }

    @Test("a Service needs a name", arguments: ["{}", #"{"metadata": {}}"#, #"{"metadata": {"name": ""}}"#])
    func name(json: String) throws {
        #expect(try problem(json).field == "metadata.name")
    }

    @Test("an invalid name is refused", arguments: ["Web", "a b", "-a", #"a\n"#, "a..b"])
    func hostileName(name: String) throws {
        let problem = try problem(#"{"metadata": {"name": "\#(name)"}, "spec": {"ports": [{"port": 80}]}}"#)
        #expect(problem.field == "metadata.name")
    }

    @Test("an object of another kind is refused")
    func otherKind() throws {
        #expect(try problem(#"{"kind": "Pod", "metadata": {"name": "web"}}"#).field == "kind")
    }

    @Test(
        "text that is not JSON is refused",
        arguments: ["", "{", "[]", "null", "\u{0}", #"{"metadata": {"name": "web"}"#])
    func noJSON(text: String) throws {
        #expect(try problem(text).object.hasPrefix("Service"))
    }
}
