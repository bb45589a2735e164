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
        #expect(try await pages.exit(within: .patience) == .code(0))
        try await lab.proxy?.stop()
    }

    @Test("the proxy counts what is wrong on its node", arguments: ["nftables", "iptables"])
    func metrics(mode: String) async throws {
        let lab = try await FaultLab(Shop.manifest, mode: mode)
        let node = lab.cluster.node
        func samples() async throws -> [String] {
            try await node.run("curl", "--silent", "--fail", "http://127.0.0.1:10249/metrics").split(separator: "\n")
                .filter { $0.hasPrefix("servicelet_faults") }.map(String.init)
        }
        try await lab.eventually("it has checked") { try await !samples().isEmpty }
        let healthy = try await samples()
        #expect(healthy.contains("servicelet_faults{code=\"forwardingOff\"} 0"), "\(healthy)")
        #expect(healthy.filter { $0.hasPrefix("servicelet_faults{") }.allSatisfy { $0.hasSuffix(" 0") }, "\(healthy)")
        #expect(healthy.contains { $0.hasPrefix("servicelet_faults_last_check_timestamp_seconds ") }, "\(healthy)")
        try await lab.proxy?.stop()
        // A new process looks soon after its start, and then not for minutes.
        try await node.set("net/ipv4/ip_forward", to: "0")
        let command = try Servicelet.proxy(manifests: lab.manifests.url, mode: mode)
        let proxy = try await ProxyProcess(command, on: node)
        try await lab.eventually("the fault is counted") {
            try await samples().contains("servicelet_faults{code=\"forwardingOff\"} 1")
        }
        try await proxy.stop()
    }

    @Test("everything in one process explains a Service too", .timeLimit(.minutes(10)))
    func everything() async throws {
        let cluster = try await Cluster()
        let folder = try TemporaryFolder()
        let process = try await cluster.node.spawn([
            try Servicelet.binary(), "run", "--data-dir", folder.url.path, "--hostname-override", "n1",
            "--cluster-cidr",
            ClusterAddress.podNetworks, "--conntrack-max-per-core", "0",
        ])
        var answer = ""
        for _ in 0..<5000 where !answer.contains("\"service\" : \"default/kubernetes\"") {
            let curl = try await cluster.node.spawn([
                "curl", "--silent", "http://127.0.0.1:10249/explain?service=default/kubernetes",
            ])
            _ = try await curl.exit(within: .patience)
            answer = curl.output
            if process.poll() != nil { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(answer.contains("\"service\" : \"default/kubernetes\""), "\(answer)\(process.errors)")
        process.signal(SIGTERM)
        #expect(try await process.exit(within: .patience) == .code(0), "\(process.errors)")
    }
}
