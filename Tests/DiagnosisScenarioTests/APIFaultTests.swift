import ChildProcesses
import LabKit
import Testing

/// Faults in objects of an API server, with Pods and Events as evidence.
@Suite("Faults in a cluster", .serialized, .timeLimit(.minutes(10)))
struct APIFaultTests {
    @Test("where nothing is wrong, nothing is said to be, in each mode", arguments: ["nftables", "iptables"])
    func healthy(mode: String) async throws {
        let lab = try await APILab(Shop.manifest, mode: mode)
        for question in ["shop/web", "10.96.0.5:80", "shop/names"] {
            let answer = try await lab.explain(question, "--from", "pod")
            // Nobody listens where shop/names leads; over UDP that is told by ICMP.
            let expected = question == "shop/names" ? ["backend backendRefuses"] : []
            #expect(answer.faults == expected, "\(question):\n\(answer.text)")
        }
        try await lab.stop()
    }

    @Test("pods that are not ready are named with what keeps them, and with the latest warning")
    func notReady() async throws {
        let ready = #"conditions: [{type: Ready, status: "True"}]}"#
        let waiting = #"""
            conditions: [{type: Ready, status: "False", reason: ContainersNotReady}], containerStatuses: [{name: c, \#
            image: i, imageID: "", ready: false, restartCount: 9, state: {waiting: {reason: CrashLoopBackOff, \#
            message: back-off 5m0s}}}]}
            """#
        let unready = #"conditions: [{type: Ready, status: "False", reason: ContainersNotReady}]}"#
        let shop = Shop.manifest.replacing(
            "conditions: {ready: true}", with: "conditions: {ready: false, serving: false}")
        let lab = try await APILab(shop.replacing(ready, with: unready))
        let pod = try #require(Shop.manifest.split(separator: "---\n").first { $0.contains("name: web-1") })
        try await lab.apply(String(pod).replacing(ready, with: waiting))
        try await lab.warn(of: "web-1", reason: "BackOff", "the older one", at: "2026-01-01T00:00:00Z")
        try await lab.warn(
            of: "web-1", reason: "Unhealthy", "Readiness probe failed: HTTP 503", at: "2026-01-02T00:00:00Z")
        let answer = try await lab.explain("shop/web")
        #expect(answer.faults == ["pods podsNotReady"], "\(answer.text)")
        for words in [
            "none of its 2 pods is ready", "container c: CrashLoopBackOff: back-off 5m0s",
            "Unhealthy: Readiness probe failed: HTTP 503", "web-2 (Ready is false: ContainersNotReady)",
        ] {
            #expect(answer.text.contains(words), "“\(words)” is missing in\n\(answer.text)")
        }
        #expect(!answer.text.contains("the older one"))
        try await lab.stop()
    }

    @Test("a selector that matches no pod is named, with the pod that comes closest")
    func selector() async throws {
        let lab = try await APILab(
            Shop.manifest.replacing("selector: {app: web, tier: front}", with: "selector: {app: wep, tier: front}"))
        let answer = try await lab.explain("shop/web")
        #expect(answer.faults == ["selector selectorMatchesNothing"], "\(answer.text)")
        #expect(answer.text.contains("app=web in place of app=wep"), "\(answer.text)")
        try await lab.stop()
    }

    @Test("slices that nobody keeps up to date are named: a pod that has gone, and one that has lost its labels")
    func stale() async throws {
        let gone = try await APILab(Shop.manifest)
        try await gone.kubectl("-n", "shop", "delete", "pod", "web-1", "--wait=false", "--grace-period=0", "--force")
        let first = try await gone.explain("shop/web")
        #expect(first.faults == ["slices staleSlice"], "\(first.text)")
        #expect(first.text.contains("10.244.0.7 is the address of no pod") || first.text.contains("of pod names-1"))
        try await gone.stop()

        let lost = try await APILab(Shop.manifest)
        try await lost.kubectl("-n", "shop", "label", "pod", "web-2", "tier=back", "--overwrite")
        let second = try await lost.explain("shop/web")
        #expect(second.faults == ["slices staleSlice"], "\(second.text)")
        #expect(second.text.contains("the selector does not match 10.244.1.9 of pod web-2"), "\(second.text)")
        try await lost.stop()
    }

    @Test("without the right to read Pods it says what it could not see, and judges the rest")
    func blind() async throws {
        let lab = try await APILab(Shop.manifest)
        let kubeconfig = try await lab.kubeconfig(of: "kube-proxy")
        let answer = try await lab.explain("shop/web", "--kubeconfig", kubeconfig)
        #expect(answer.exit == .code(0), "\(answer.text)")
        let selector = try #require(answer.document.links.first { $0.kind == "selector" }?.findings.first)
        #expect(selector.verdict == "unknown")
        #expect(selector.text.contains("Pods are not to be seen"), "\(selector)")
        #expect(selector.proof.contains("403"), "\(selector)")
        try await lab.stop()
    }

    @Test("an API server that does not accept the token is named")
    func refusedToken() async throws {
        let lab = try await APILab(Shop.manifest)
        let kubeconfig = try await lab.kubeconfig(of: "former")
        try await lab.kubectl("-n", "kube-system", "delete", "serviceaccount", "former")
        let answer = try await lab.explain("shop/web", "--kubeconfig", kubeconfig)
        #expect(answer.faults == ["objects certificateExpired"], "\(answer.text)")
        try await lab.stop()
    }
}
