import LabKit
import Testing

@Suite("An edit of a manifest", .serialized)
struct EditTests {
    @Test("takes effect by itself", arguments: ["nftables", "iptables", "userspace"])
    func edit(mode: String) async throws {
        let endpoints = ["10.244.0.7", "10.244.0.8"]
        var web = ServiceManifest(endpoints: [endpoints[0]])
        let lab = try await ProxyLab(web, spares: [endpoints[1]], mode: mode)
        for edit in 1...20 {
            web.endpoints = edit.isMultiple(of: 4) ? [] : [endpoints[edit % 2]]
            try lab.apply(web)
            try await lab.eventually("edit \(edit) takes effect") {
                let outcome = try await lab.cluster.pod.connect(to: web.frontend())
                return web.endpoints.isEmpty ? outcome == .refused : outcome.server?.ip == web.endpoints[0]
            }
        }
        try await lab.proxy.stop()
    }
}
