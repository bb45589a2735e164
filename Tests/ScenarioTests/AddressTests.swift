import Foundation
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

    @Test("in userspace mode, no connection fails when the machine gets the addresses of Services")
    func serviceAddressesArrive() async throws {
        // Enough that replacing the redirections to them takes a while.
        let services = (0..<200).map { number in
            ServiceManifest(name: "web-\(number)", clusterIP: "10.96.1.\(number)", endpoints: ["10.244.0.7"])
        }
        let lab = try await ProxyLab(services[0], mode: "userspace")
        for service in services { try lab.apply(service) }
        try await lab.eventually("all Services are redirected") {
            let table = try await lab.cluster.node.run("nft", "list", "map", "ip", "servicelet-userspace", "redirects")
            return services.allSatisfy { table.contains(" \($0.clusterIP) ") }
        }
        let addresses = try TemporaryFolder()
        try addresses.write(
            services.map { "address add \($0.clusterIP)/32 dev lo" }.joined(separator: "\n"), to: "addresses")
        let outcomes = try await lab.cluster.pod.connect(to: services[100].frontend()) {
            try await lab.cluster.node.run("ip", "-batch", addresses.url.appending(path: "addresses").path)
            try await lab.eventually("the proxy listens at the addresses") {
                let listening = try await lab.cluster.node.run("ss", "-Hltn", "sport = :80")
                return services.allSatisfy { listening.contains(" \($0.clusterIP):80 ") }
            }
        }
        expectServed(outcomes)

        // The previous socket at an address that comes back may still be open.
        let node = lab.cluster.node
        try await node.ip("addr del \(services[100].clusterIP)/32 dev lo")
        try await lab.eventually("the Service is redirected again") {
            try await node.run("nft", "list", "map", "ip", "servicelet-userspace", "redirects").contains(
                " \(services[100].clusterIP) ")
        }
        try await node.ip("addr add \(services[100].clusterIP)/32 dev lo")
        try await lab.eventually("the Service is no longer redirected") {
            try await !node.run("nft", "list", "map", "ip", "servicelet-userspace", "redirects").contains(
                " \(services[100].clusterIP) ")
        }
        #expect(try await lab.cluster.pod.connect(to: services[100].frontend()).server != nil, "\(lab.proxy.log)")
        try await lab.proxy.stop()
    }
}
