import ChildProcesses
import Foundation
import LabKit
import Testing

/// The same answers over HTTP.
@Suite("Serving", .serialized)
struct ServingTests {
    @Test("the proxy explains a Service on its loopback port")
    func proxy() async throws {
        let lab = try await FaultLab(Shop.manifest, mode: "nftables")
        let node = lab.cluster.node
        let good = try await node.run("curl", "--silent", "--fail", "http://127.0.0.1:10249/explain?service=shop/web")
        #expect(good.contains("\"verdict\" : \"ok\""), "\(good)")
        let bad = try await node.run(
            "curl", "--silent", "--fail", "http://127.0.0.1:10249/explain?service=shop/webb&from=pod")
        #expect(bad.contains("noSuchService"), "\(bad)")
        #expect(try await node.httpStatus(port: 10249, path: "/explain?service=") == 400)
        try await lab.proxy?.stop()
    }

    @Test("check --serve shows Services and the chain of each")
    func pages() async throws {
        let lab = try await FaultLab(Shop.manifest + Shop.rival, mode: "nftables")
        let node = lab.cluster.node
        let pages = try await node.spawn([try Servicelet.binary(), "check", "--serve", "127.0.0.1:10260"])
        try await lab.eventually("it answers") { try await node.httpStatus(port: 10260, path: "/") == 200 }
        let overview = try await node.run("curl", "--silent", "--fail", "http://127.0.0.1:10260/?search=shop")
        for text in ["shop/web", "shop/rival", "10.96.0.5:80", "10.244.1.9:8080", "belongs to shop/web:http"] {
            #expect(overview.contains(text), "\(text) is missing in \(overview)")
        }
        let chain = try await node.run(
            "curl", "--silent", "--fail", "http://127.0.0.1:10260/explain?service=shop%2Frival")
        #expect(chain.contains("<svg") && chain.contains("belongs to shop/web:http"), "\(chain)")
        let hostile = try await node.run(
            "curl", "--silent", "--include", "http://127.0.0.1:10260/explain?service=shop/%3Cscript%3E")
        #expect(hostile.contains("400 Bad Request") && hostile.contains("text/plain"), "\(hostile)")
        pages.signal(SIGTERM)
        #expect(try await pages.exit(within: .seconds(10)) == .code(0))
        try await lab.proxy?.stop()
    }
}
