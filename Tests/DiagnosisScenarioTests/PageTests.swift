import ChildProcesses
import Foundation
import LabKit
import Testing

/// The pages of `servicelet check --serve` as a browser shows them. `make test-page` runs these: they need Chromium.
@Suite("Pages in a browser", .serialized, .timeLimit(.minutes(10)))
struct PageTests {
    @Test("a person finds the broken Service, follows it to its chain, and sees the fault go")
    func browser() async throws {
        let lab = try await FaultLab(Shop.manifest + Shop.rival, mode: "nftables")
        let node = lab.cluster.node
        let pages = try await node.spawn([try Servicelet.binary(), "check", "--serve", "127.0.0.1:10260"])
        try await lab.eventually("it answers") { try await node.httpStatus(port: 10260, path: "/") == 200 }
        let browser = try Browser(node)

        let overview = try await browser.open("http://127.0.0.1:10260/?search=shop")
        #expect(overview.contains("<h1>Services on node n1</h1>"), "\(overview)")
        // The broken one is on top.
        let links = overview.split(separator: "href=\"/explain?service=").dropFirst().map { $0.prefix { $0 != "\"" } }
        #expect(links.first == "shop%2Frival" && links.contains("shop%2Fweb"), "\(links)")
        #expect(overview.contains("192.0.2.10:80/TCP belongs to shop/web:http"), "\(overview)")

        let link = String(try #require(links.first))
        let broken = try await browser.open("http://127.0.0.1:10260/explain?service=\(link)")
        #expect(
            broken.contains("<h1 class=\"broken\">shop/rival: externalIP 192.0.2.10:80/TCP belongs to"), "\(broken)")
        // One drawing for each link of the chain, and the line behind the broken one is broken.
        let drawings = broken.split(separator: "<svg").count - 1
        #expect(drawings >= 8 && broken.split(separator: "<circle").count - 1 == drawings)
        #expect(broken.split(separator: "aria-label=\"broken\"").count - 1 == 1)
        #expect(broken.contains("stroke-dasharray"))
        #expect(broken.contains("To do: remove it from one of the two"))

        let text = try lab.manifests.read("shop.yaml").replacing(
            "externalIPs: [192.0.2.10]\n  ports: [", with: "ports: [")
        try lab.manifests.write(text, to: "shop.yaml")
        try await lab.eventually("the fault has gone") {
            try await browser.open("http://127.0.0.1:10260/explain?service=\(link)")
                .contains("<h1 class=\"ok\">shop/rival: nothing is wrong as seen from node n1</h1>")
        }
        pages.signal(SIGTERM)
        #expect(try await pages.exit(within: .patience) == .code(0))
        try await lab.proxy?.stop()
    }

    @Test("the page is drawn without anything from elsewhere, and what objects say is shown as text")
    func safety() async throws {
        let hostile = Shop.manifest.replacing(
            "kind: Pod\nmetadata: {name: web-1, namespace: shop, labels: {app: web, tier: front}}",
            with: "kind: Pod\nmetadata: {name: web-1, namespace: shop, labels: {app: web, tier: \"a<b>\"}}")
        let lab = try await FaultLab(hostile, mode: "nftables")
        let node = lab.cluster.node
        let pages = try await node.spawn([try Servicelet.binary(), "check", "--serve", "127.0.0.1:10260"])
        try await lab.eventually("it answers") { try await node.httpStatus(port: 10260, path: "/") == 200 }
        let browser = try Browser(node)
        let page = try await browser.open("http://127.0.0.1:10260/explain?service=shop%2Fweb&from=pod")
        #expect(!page.contains("<b>") && !page.contains("<script") && !page.contains("src="), "\(page)")
        let headers = try await node.run("curl", "--silent", "--include", "http://127.0.0.1:10260/")
        #expect(headers.contains("default-src 'none'"), "\(headers)")
        let picture = try await browser.picture("http://127.0.0.1:10260/explain?service=shop%2Fweb")
        // A page that stayed white would be much smaller.
        #expect(picture.count > 20_000 && picture.starts(with: [0x89, 0x50, 0x4E, 0x47]))
        pages.signal(SIGTERM)
        #expect(try await pages.exit(within: .patience) == .code(0))
        try await lab.proxy?.stop()
    }
}

/// Chromium without a window, in a network namespace.
private struct Browser {
    private let node: NetworkNamespace
    private let folder: TemporaryFolder
    private let program: String

    init(_ node: NetworkNamespace) throws {
        self.node = node
        folder = try TemporaryFolder()
        program = "/usr/bin/chromium"
        try #require(
            FileManager.default.isExecutableFile(atPath: program),
            "there is no \(program); make test-page installs the Debian package chromium")
    }

    /// The page's elements once it is loaded, as the browser has understood them.
    func open(_ url: String) async throws -> String { try await run("--dump-dom", url) }

    /// The page as a PNG.
    func picture(_ url: String) async throws -> [UInt8] {
        let file = folder.url.appending(path: "page.png").path
        _ = try await run("--screenshot=\(file)", "--window-size=1000,1400", url)
        return [UInt8](try Data(contentsOf: URL(filePath: file)))
    }

    private func run(_ arguments: String...) async throws -> String {
        let process = try await node.spawn(
            [
                "env", "HOME=\(folder.url.path)", program, "--headless", "--no-sandbox", "--disable-gpu",
                "--disable-dev-shm-usage", "--no-first-run", "--user-data-dir=\(folder.url.path)/profile",
            ] + arguments)
        let exit = try await process.exit(within: .patience)
        try #require(exit == .code(0), "\(process.errors)")
        return process.output
    }
}
