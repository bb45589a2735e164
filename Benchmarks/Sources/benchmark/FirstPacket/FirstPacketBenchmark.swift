import CBenchmark
import Foundation

/// The cost of a connection's first packet in the kernel: without rules, with kube-proxy's, and with ours.
///
/// Conntrack, the rules, the translation and the transmission to the neighbour all happen within one `sendto`. Every
/// case has its own network namespace; their rounds alternate, and the shortest of each counts.
struct FirstPacketBenchmark {
    private static let rounds = 60
    private static let clusterNetwork = "10.128.0.0/10"
    /// 10.190.0.9, a pod.
    private static let source: UInt32 = 10 << 24 | 190 << 16 | 9
    /// 10.99.99.99, the Service `default/probe`, port 53.
    private static let service: (address: UInt32, port: UInt16) = (10 << 24 | 99 << 16 | 99 << 8 | 99, 53)
    /// 10.190.0.10, its only endpoint, port 5353.
    private static let endpoint: (address: UInt32, port: UInt16) = (10 << 24 | 190 << 16 | 10, 5353)

    let binary: String

    private struct Case {
        var name: String
        var sender: PacketSender
        var best = Double.infinity
    }

    func run() throws -> String {
        var cases = [try Case(name: "no rules", sender: roomToEndpoint())]
        cases.append(try Case(name: "kube-proxy 1.36.2", sender: roomToService { try loadKubeProxy() }))
        cases.append(try Case(name: "  to no Service", sender: sender(to: Self.endpoint)))
        let objects = try Recording(name: "objects-1000x10.json.gz").unpacked(as: "json")
        defer { unlink(objects) }
        var process: ServiceletProcess?
        cases.append(try Case(name: "servicelet", sender: roomToService { process = try startServicelet(objects) }))
        cases.append(try Case(name: "  to no Service", sender: sender(to: Self.endpoint)))

        guard CBenchmark_stay_on_processor(Int32(sysconf(Int32(_SC_NPROCESSORS_ONLN))) - 1) == 0 else {
            throw BenchmarkError.system("cannot stay on one processor")
        }
        for _ in 0..<Self.rounds {
            for index in cases.indices { cases[index].best = min(cases[index].best, try cases[index].sender.round()) }
        }
        try process?.stop()
        return report(cases)
    }

    private func report(_ cases: [Case]) -> String {
        let width = cases.map(\.name.count).max() ?? 0
        let rows = cases.map { row in
            row.name.padding(toLength: width + 2, withPad: " ", startingAt: 0)
                + String(format: "%6.2f µs   %+.2f µs", row.best * 1e6, (row.best - cases[0].best) * 1e6)
        }
        let ratio = (cases[3].best - cases[0].best) / (cases[1].best - cases[0].best)
        let bar = String(
            format: "%@ rules and translation, against kube-proxy's: %.2f (at most 0.85)",
            ratio <= 0.85 ? "met   " : "MISSED", ratio)
        return
            (["the first packet of a connection, 1,000 Services × 10 endpoints, nftables modes", ""] + rows + ["", bar])
            .joined(separator: "\n")
    }

    private func roomToEndpoint() throws -> PacketSender {
        try makeRoom()
        return try sender(to: Self.endpoint)
    }

    private func roomToService(_ program: () throws -> Void) throws -> PacketSender {
        try makeRoom()
        try program()
        return try sender(to: Self.service)
    }

    private func sender(to destination: (address: UInt32, port: UInt16)) throws -> PacketSender {
        try PacketSender(from: Self.source, to: destination.address, port: destination.port)
    }

    /// A namespace with one interface. The neighbour's hardware address is not that of the other end, which therefore
    /// drops packets immediately.
    private func makeRoom() throws {
        try NetworkNamespace.enter()
        for command in [
            "ip link add card type veth peer name other", "ip link set other up", "ip link set card up",
            "ip address add 10.190.0.9/24 dev card", "ip route add 10.99.0.0/16 dev card",
            "ip neighbour add 10.190.0.10 lladdr 02:00:00:00:00:01 dev card nud permanent",
        ] { try Shell.run(command) }
    }

    private func loadKubeProxy() throws {
        let rules = try Recording(name: "kube-proxy-1000x10.nft.gz").unpacked(as: "nft")
        defer { unlink(rules) }
        try Shell.run("nft -f \(rules)")
    }

    private func startServicelet(_ objects: String) throws -> ServiceletProcess {
        let process = try ServiceletProcess(
            binary: binary,
            arguments: [
                "proxy", "--manifests", objects, "--proxy-mode", "nftables", "--hostname-override", "node-0",
                "--cluster-cidr", Self.clusterNetwork, "--metrics-bind-address", "", "--healthz-bind-address", "",
            ])
        _ = try process.wait(for: "all is programmed", until: .now + .seconds(60)) { $0.what.contains("Services with") }
        return process
    }
}
