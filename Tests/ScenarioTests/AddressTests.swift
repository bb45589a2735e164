import LabKit
import Testing

@Suite("Addresses of the machine", .serialized)
struct AddressTests {
    @Test(
        "a node port opens on an address added later, and closes when it is removed",
        arguments: [
            ("nftables", ["nft", "list", "ruleset"]), ("iptables", ["iptables-save"]), ("userspace", ["ss", "-Hltn"]),
        ])
    func arrivesLater(mode: String, listing: [String]) async throws {
        let web = ServiceManifest(ports: [.init(nodePort: 30080)], endpoints: ["10.244.0.7"])
        let lab = try await ProxyLab(web, mode: mode, arguments: ["--nodeport-addresses", "198.51.100.0/24"])
        let node = lab.cluster.node
        try await node.run("ip", "address", "add", "198.51.100.77/32", "dev", "lo")
        try await lab.eventually("the node port opens") {
            try await node.connect(to: SocketAddress("198.51.100.77", 30080)).server?.ip == "10.244.0.7"
        }
        try await node.run("ip", "address", "del", "198.51.100.77/32", "dev", "lo")
        try await lab.eventually("the node port closes") {
            let process = try await node.spawn(listing)
            _ = try await process.exit(within: .patience)
            return !process.output.contains("198.51.100.77")
        }
        try await lab.proxy.stop()
    }
}
