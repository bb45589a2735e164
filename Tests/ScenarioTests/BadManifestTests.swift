import Foundation
import LabKit
import Testing

/// A mistake in a file is named in the log, and what worked before still does.
@Suite("Mistakes in manifests", .serialized)
struct BadManifestTests {
    let web = ServiceManifest(endpoints: ["10.244.0.7"])

    @Test(
        "a mistake in an edit is reported with file, line and field, and connections are served as before",
        arguments: [
            ("port: 80,", "port: 80000,", "web.yaml:11: Service default/web: spec.ports[0].port: 80000"),
            ("protocol: TCP", "protocol: TPC", "web.yaml:11: Service default/web: spec.ports[0].protocol: “TPC”"),
            ("10.96.0.5", "10.96.0.five", "web.yaml:7: Service default/web: spec.clusterIPs[0]"),
            ("[10.244.0.7]", "[10.244.0.777]", "web.yaml:18: EndpointSlice default/web-1: endpoints[0].addresses[0]"),
            ("kind: Service", "kind: [Service", "web.yaml:3: this is not YAML"),
        ])
    func mistake(right: String, wrong: String, message: String) async throws {
        let lab = try await ProxyLab(web)
        let text = web.yaml.replacing(right, with: wrong)
        try #require(text != web.yaml)
        try lab.manifests.write(text, to: "web.yaml")
        try await lab.eventually("the log says \(message)") {
            lines(lab, "error").contains { $0.contains(message) && $0.contains("what was programmed stays") }
        }
        try await expectServed(web, lab)

        let more = ServiceManifest(name: "more", clusterIP: "10.96.0.6", endpoints: web.endpoints)
        try lab.manifests.write(more.yaml, to: "more.yaml")
        try await lab.eventually("a good file beside it works") { try await isServed(more, lab) }
        try await expectServed(web, lab)
        try await lab.proxy.stop()
    }

    @Test("an empty file is reported, and does no harm")
    func emptyFile() async throws {
        let lab = try await ProxyLab(web)
        for name in ["empty.yaml", "web.yaml"] {
            try lab.manifests.write("", to: name)
            try await lab.eventually("the log names \(name)") {
                lines(lab, "error").contains { $0.contains("\(name):1: the file is empty") }
            }
            try await expectServed(web, lab)
        }
        try await lab.proxy.stop()
    }

    @Test("of two Services with one node port the first by name has it, and the log names both")
    func nodePortTwice() async throws {
        var first = web
        first.ports = [.init(number: 80, nodePort: 30080)]
        let lab = try await ProxyLab(first)
        try await lab.cluster.serve(SocketAddress("10.244.0.8", 80))
        let second = ServiceManifest(
            name: "web-copy", clusterIP: "10.96.0.6", ports: first.ports, endpoints: ["10.244.0.8"])
        try lab.manifests.write(second.yaml, to: "web-copy.yaml")
        try await lab.eventually("the second Service's clusterIP works") { try await isServed(second, lab) }
        try await lab.eventually("the log names both") {
            lab.proxy.log.split(separator: "\n").contains {
                $0.contains("30080") && $0.contains("default/web") && $0.contains("default/web-copy")
            }
        }
        let nodePort = SocketAddress(ClusterAddress.node, 30080)
        for outcome in try await lab.cluster.outsider.connect(20, to: nodePort) {
            #expect(outcome.server?.ip == "10.244.0.7")
        }
        try await lab.proxy.stop()
    }

    @Test("when the folder vanishes, rules stay, and it is read again when it returns")
    func folderVanishes() async throws {
        let lab = try await ProxyLab(web, spares: ["10.244.0.8"])
        let folder = lab.manifests.url
        let aside = folder.appendingPathExtension("aside")
        try FileManager.default.moveItem(at: folder, to: aside)
        defer { try? FileManager.default.removeItem(at: aside) }
        try await lab.eventually("the log says so") {
            lines(lab, "warning").contains { $0.contains(folder.path) && $0.contains("stays") }
        }
        try await expectServed(web, lab)

        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        var moved = web
        moved.endpoints = ["10.244.0.8"]
        try lab.apply(moved)
        try await lab.eventually("the new folder is served") {
            try await lab.cluster.pod.connect(to: web.frontend()).server?.ip == "10.244.0.8"
        }
        try await lab.proxy.stop()
    }

    private func lines(_ lab: ProxyLab, _ level: String) -> [Substring] {
        lab.proxy.log.split(separator: "\n").filter { $0.contains(" \(level) ") }
    }

    private func isServed(_ service: ServiceManifest, _ lab: ProxyLab) async throws -> Bool {
        try await lab.cluster.pod.connect(to: service.frontend(), timeout: .milliseconds(300)).server != nil
    }

    private func expectServed(_ service: ServiceManifest, _ lab: ProxyLab) async throws {
        for outcome in try await lab.cluster.pod.connect(12, to: service.frontend()) {
            #expect(outcome.server.map(service.servers().contains) == true, "\(outcome)")
        }
    }
}
