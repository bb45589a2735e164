import ChildProcesses
import Foundation
import KubernetesTestKit
import LabKit
import Testing

/// Nothing is reported if nothing is wrong.
@Suite("Health", .serialized)
struct HealthTests {
    static let scenarios: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: Fixtures.scenarios.path)) ?? []
        return names.filter { $0.contains("-") }.sorted()
    }()

    @Test("the shop works", arguments: ["nftables", "iptables", "userspace"])
    func shop(mode: String) async throws {
        let lab = try await FaultLab(Shop.manifest, mode: mode)
        // Flows that connection tracking remembers.
        for client in [lab.cluster.pod, lab.cluster.host] {
            let datagrams = try await client.datagramClient(to: SocketAddress("10.96.0.53", 53))
            #expect(try await datagrams.ask().server?.ip == "10.244.0.7", "\(client.name) in \(mode) mode")
        }
        for question in [
            ["shop/web"], ["shop/web", "--from", "node"], ["shop/names"], ["10.96.0.5:80", "--from", "10.244.0.250"],
            ["172.30.0.2:30080/tcp", "--from", "outside"], ["web.shop.svc"],
            ["192.0.2.20:80", "--from", "203.0.113.10"],
        ] {
            let answer = try await lab.explain(question)
            #expect(answer.exit == .code(0), "\(question) in \(mode) mode:\n\(answer.text)")
            #expect(answer.faults == [])
        }
        let check = try await lab.check()
        #expect(check.exit == .code(0), "\(mode) mode:\n\(check.text)")
        try await lab.proxy?.stop()
    }

    @Test(
        "a check finds no fault in any recorded scenario, and explanations match the recorded connections",
        arguments: scenarios, ["nftables", "iptables"])
    func scenario(name: String, mode: String) async throws {
        let scenario = Scenario(folder: Fixtures.scenarios.appending(path: name))
        let cluster = try await Cluster()
        _ = try await scenario.prepare(cluster)
        let proxy = try await ProxyProcess(Servicelet.proxy(manifests: scenario.objects, mode: mode), on: cluster.node)
        let check = try await cluster.node.spawn([try Servicelet.binary(), "check"])
        let exit = try await check.exit(within: .patience)
        #expect(exit == .code(0), "\(name) in \(mode) mode:\n\(check.output)\(check.errors)")

        // By place and client: whether every recorded connection was served.
        var isServed: [Place: Bool] = [:]
        for (question, observation) in try scenario.recording(mode) {
            guard let place = Place(question) else { continue }
            isServed[place] = (isServed[place] ?? true) && observation.isServed
        }
        for (place, served) in isServed.sorted(by: { $0.key.text < $1.key.text }) {
            let arguments = ["explain", place.frontend, "--from", place.client]
            let explain = try await cluster.node.spawn([try Servicelet.binary()] + arguments)
            let exit = try await explain.exit(within: .patience)
            // The behaviour of another proxy or a load balancer is unknown here.
            let isExpected = served ? exit == .code(0) : exit == .code(1) || exit == .code(2)
            #expect(
                isExpected,
                "\(name) in \(mode) mode, \(arguments.joined(separator: " ")):\n\(explain.output)\(explain.errors)")
        }
        try await proxy.stop()
    }
}

/// A place that clients connect to, and their location, as a question.
private struct Place: Hashable {
    var frontend: String
    var client: String

    var text: String { "\(frontend) \(client)" }

    /// Reads the key of a recording: `default/web TCP pod -> clusterIP 10.96.0.5 80`; `nil` for clients that `--from`
    /// cannot name.
    init?(_ key: String) {
        let words = key.split(separator: " ").map(String.init)
        guard words.count == 7 else { return nil }
        let isIPv6 = words[5].contains(":")
        let clients = [
            "pod": isIPv6 ? "fd00:10:244::250" : "10.244.0.250", "node": "node",
            "remote-pod": isIPv6 ? "fd00:10:244:2::250" : "10.244.2.250",
            "outside": isIPv6 ? "2001:db8:113::10" : "203.0.113.10",
            "outside-other": isIPv6 ? "2001:db8:51::99" : "198.51.100.99",
        ]
        guard let client = clients[words[2]] else { return nil }
        self.client = client
        frontend = (isIPv6 ? "[\(words[5])]" : words[5]) + ":\(words[6])/\(words[1].lowercased())"
    }
}

extension Observation {
    fileprivate var isServed: Bool { (servers != nil || source != nil) && failed == nil }
}
