import LabKit
import Testing

/// Faults in users' objects, or in those that controllers made from them.
@Suite("Faults in objects", .serialized)
struct ObjectFaultTests {
    @Test("the answer names the fault and nothing else", arguments: faults)
    func fault(_ fault: Fault) async throws {
        for mode in fault.modes { try await fault.run(mode: mode) }
    }

    @Test(
        "a manifest with a mistake is the only fault: what it says is unknown, and the kernel holds what it said before"
    )
    func refusedManifest() async throws {
        let lab = try await FaultLab(Shop.manifest, mode: "nftables")
        try lab.manifests.write(Shop.manifest + "  x: [\n", to: "shop.yaml")
        try lab.manifests.write(Shop.rival, to: "rival.yaml")
        try await lab.eventually("the proxy has read the other file") {
            try await lab.cluster.node.run("nft", "list", "map", "ip", "servicelet", "services").contains("10.96.0.6")
        }
        let answer = try await lab.explain(["shop/web"])
        #expect(answer.faults == ["objects manifestRefused"], "\(answer.text)")
        #expect(
            answer.text.contains("service unknown noSuchService: shop/web is not in what could be read"),
            "\(answer.text)")
        let check = try await lab.check()
        #expect(check.faults == ["objects manifestRefused"], "\(check.text)")
        try await lab.proxy?.stop()
    }

    static let notReady = #"conditions: [{type: Ready, status: "True"}]"#
    static let faults: [Fault] = [
        Fault(
            name: "selector matches no pod",
            edits: [("selector: {app: web, tier: front}", "selector: {app: wep, tier: front}")],
            faults: ["selector selectorMatchesNothing"],
            words: [
                "no pod in namespace shop has the labels of the selector, app=wep,tier=front",
                "app=web in place of app=wep",
            ]),
        Fault(
            name: "selector matches no pod, and the controller has emptied the slice",
            edits: [
                ("selector: {app: web, tier: front}", "selector: {app: web, tier: back}"),
                (
                    "\n- {addresses: [10.244.0.7], conditions: {ready: true}, nodeName: n1}\n- {addresses: "
                        + "[10.244.1.9], conditions: {ready: true}, nodeName: n2}",
                    " []"
                ),
            ], faults: ["selector selectorMatchesNothing"], words: ["tier=front in place of tier=back"]),
        Fault(
            name: "pods are not ready",
            edits: [
                (#"conditions: [{type: Ready, status: "True"}]"#, #"conditions: [{type: Ready, status: "False"}]"#),
                (
                    "[10.244.0.7], conditions: {ready: true}, nodeName: n1}\n- {",
                    "[10.244.0.7], conditions: {ready: false, serving: false}, nodeName: n1}\n- {"
                ),
                ("[10.244.1.9], conditions: {ready: true}", "[10.244.1.9], conditions: {ready: false, serving: false}"),
            ], faults: ["pods podsNotReady"],
            words: ["none of its 2 pods is ready", "kubectl -n shop describe pod web-1"]),
        Fault(
            name: "one port only has ready endpoints",
            edits: [
                (
                    "nodePort: 30080, protocol: TCP}",
                    "nodePort: 30080, protocol: TCP}\n  - {name: metrics, port: 9090, targetPort: 9090, nodePort: "
                        + "30090, protocol: TCP}"
                )
            ], faults: ["ports portWithoutEndpoints"],
            words: ["port metrics 9090/TCP, while http 80/TCP has some"]),
        Fault(
            name: "targetPort is a wrong number",
            edits: [
                ("targetPort: 8080, nodePort", "targetPort: 8081, nodePort"),
                (
                    "ports: [{name: http, port: 8080, protocol: TCP}]",
                    "ports: [{name: http, port: 8081, protocol: TCP}]"
                ),
            ],
            faults: ["backend backendRefuses", "backend backendRefuses"],
            words: ["nobody listens at 10.244.0.7:8081 of pod web-1, where the Service sends connections"]),
        Fault(
            name: "targetPort is a wrong name",
            edits: [
                ("targetPort: 8080, nodePort", "targetPort: web, nodePort"),
                ("ports: [{name: http, port: 8080, protocol: TCP}]\nendpoints:\n", "ports: []\nendpoints:\n"),
            ], faults: ["ports namedPortMissing"],
            words: ["targetPort web of port http 80/TCP is the name of no container port", "http (8080/TCP)"]),
        Fault(
            name: "the Service has no endpoints",
            edits: [
                ("  selector: {app: web, tier: front}\n", ""),
                (
                    "\n- {addresses: [10.244.0.7], conditions: {ready: true}, nodeName: n1}\n- {addresses: "
                        + "[10.244.1.9], conditions: {ready: true}, nodeName: n2}",
                    " []"
                ),
            ], faults: ["slices noEndpoints"], words: ["the Service has no endpoints", "web-abc holds no address"]),
        Fault(
            name: "nobody has written endpoints by hand",
            edits: [
                ("  selector: {app: web, tier: front}\n", ""),
                (
                    "name: web-abc, namespace: shop, labels: {kubernetes.io/service-name: web}",
                    "name: web-abc, namespace: shop, labels: {}"
                ),
            ], faults: ["slices noEndpoints"],
            words: [
                "the Service has no selector, and nobody has written endpoints for it",
                "kubernetes.io/service-name=web",
            ]),
        Fault(
            name: "the controller has made no slice",
            edits: [
                (
                    "name: web-abc, namespace: shop, labels: {kubernetes.io/service-name: web}",
                    "name: web-abc, namespace: shop, labels: {}"
                )
            ],
            faults: ["slices noSlices"], words: ["EndpointSlice controller"]),
        Fault(
            name: "internal policy Local without an endpoint here",
            edits: [
                ("internalTrafficPolicy: Cluster", "internalTrafficPolicy: Local"),
                (
                    "- {addresses: [10.244.0.7], conditions: {ready: true}, nodeName: n1}",
                    "- {addresses: [10.244.0.7], conditions: {ready: true}, nodeName: n3}"
                ),
            ], faults: ["routing localPolicy"],
            words: ["internalTrafficPolicy is Local", "this node is n1; the endpoints are on n2, n3"]),
        Fault(
            name: "external policy Local without an endpoint here",
            edits: [
                ("externalTrafficPolicy: Cluster", "externalTrafficPolicy: Local"),
                (
                    "- {addresses: [10.244.0.7], conditions: {ready: true}, nodeName: n1}",
                    "- {addresses: [10.244.0.7], conditions: {ready: true}, nodeName: n3}"
                ),
            ], question: ["shop/web", "--from", "outside"],
            faults: ["routing localPolicy", "routing localPolicy", "routing localPolicy"],
            words: [
                "externalTrafficPolicy is Local",
                "connections from outside the cluster to externalIP 192.0.2.10:80/TCP are dropped",
            ]),
        Fault(
            name: "the source ranges do not admit the client",
            edits: [
                ("ports:\n  - {name: http", "loadBalancerSourceRanges: [198.51.100.0/24]\n  ports:\n  - {name: http")
            ],
            question: ["192.0.2.20:80", "--from", "203.0.113.10"], faults: ["routing sourceRanges"],
            words: ["loadBalancerSourceRanges do not admit 203.0.113.10", "they admit 198.51.100.0/24"]),
        Fault(
            name: "another Service has the externalIP", more: Shop.rival, question: ["shop/rival"],
            faults: ["frontends frontendTaken"],
            words: ["externalIP 192.0.2.10:80/TCP belongs to shop/web:http"]),
        Fault(
            name: "the cluster IP is outside of the range",
            edits: [("10.96.0.5", "10.97.0.5")], faults: ["service clusterIPOutsideRange"],
            words: ["the cluster IP 10.97.0.5 is outside", "10.96.0.0/16"]),
        Fault(
            name: "a headless Service is used like one with a cluster IP", more: Shop.headless,
            question: ["shop/peers:80"], faults: ["service headless"],
            words: ["the Service is headless, so nothing translates port 80: clients have to connect to port 8080"]),
        Fault(
            name: "a slice of a dead controller",
            edits: [
                (
                    "- {addresses: [10.244.1.9], conditions: {ready: true}, nodeName: n2}",
                    "- {addresses: [10.244.1.9], conditions: {ready: true}, nodeName: n2}\n- {addresses: "
                        + "[10.244.0.99], conditions: {ready: true}, nodeName: n1}"
                )
            ],
            inject: { lab in _ = try await lab.cluster.home(of: "10.244.0.99") },
            faults: ["slices staleSlice", "backend backendRefuses"],
            words: ["EndpointSlice web-abc is stale: 10.244.0.99 is the address of no pod"]),
        Fault(
            name: "the Service does not exist", question: ["shop/webb"], faults: ["service noSuchService"],
            words: ["there is no Service shop/webb", "namespace shop has names, web"]),
        Fault(
            name: "the port does not exist", question: ["10.96.0.5:8080"], faults: ["service noSuchPort"],
            words: ["the Service has no port 8080", "it has http 80/TCP"]),
        Fault(
            name: "the address belongs to nobody", question: ["10.96.0.77:80"], faults: ["service noSuchAddress"],
            words: ["10.96.0.77:80 belongs to no Service"]),
    ]
}
