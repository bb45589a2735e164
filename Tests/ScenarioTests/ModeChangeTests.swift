import LabKit
import Testing

@Suite("A change of mode", .serialized)
struct ModeChangeTests {
    let web = ServiceManifest(endpoints: ["10.244.0.7", "10.244.0.8", "10.244.1.9"])

    @Test(
        "fails no connection, leaves nothing of the first mode, and later changes take effect",
        arguments: ["nftables", "iptables"])
    func otherMode(mode: String) async throws {
        let lab = try await ProxyLab(web, mode: mode)
        let outcomes = try await lab.cluster.pod.connect(to: web.frontend()) {
            try await lab.proxy.stop()
            try await lab.startAgain(mode: mode == "nftables" ? "iptables" : "nftables")
        }
        expectServed(outcomes)
        let ruleset = try await lab.cluster.node.run("nft", "list", "ruleset")
        #expect(ruleset.contains("table ip servicelet") == (lab.mode == "nftables"))
        #expect(ruleset.contains("KUBE-SVC-") == (lab.mode == "iptables"))

        var fewer = web
        fewer.endpoints.removeLast()
        try lab.apply(fewer)
        try await lab.eventually("only \(fewer.endpoints) answer") {
            let outcomes = try await lab.cluster.pod.connect(60, to: web.frontend())
            return Set(outcomes.map(\.server)) == Set(fewer.servers())
        }
        try lab.manifests.remove("web.yaml")
        try await lab.eventually("the Service is gone") {
            try await lab.cluster.pod.connect(to: web.frontend(), timeout: .milliseconds(300)).server == nil
        }
        try await lab.proxy.stop()
    }
}
