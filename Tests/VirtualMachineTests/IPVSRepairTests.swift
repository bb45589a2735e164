import Dataplane
import IPVS
import KubernetesTestKit
import LabKit
import RoutingTestKit
import ServiceRouting
import Testing

@testable import IPVSDataplane

@Suite("IPVS: damage", .serialized)
struct IPVSRepairTests {
    @Test(
        "everything removed by others is restored and named",
        arguments: [
            ("ipvsadm -D -t 10.100.171.239:80", "virtual server TCP 10.100.171.239:80"),
            (
                "ipvsadm -e -t 192.0.2.127:80 -r 10.244.0.7:9376 -m -w 5",
                "1 real servers of virtual server TCP 192.0.2.127:80"
            ),
            ("ipset del KUBE-CLUSTER-IP 10.100.171.239,tcp:80", "1 entries of set KUBE-CLUSTER-IP"),
            ("ip address del 192.0.2.127/32 dev kube-ipvs0", "address 192.0.2.127"),
            ("ip link delete kube-ipvs0", "interface kube-ipvs0"),
            ("iptables-nft -t nat -F KUBE-SERVICES", "rules of iptables"),
            ("ip6tables-nft -t filter -D KUBE-SOURCE-RANGES-FIREWALL -j DROP", "rules of ip6tables"),
        ])
    func damage(command: String, name: String) async throws {
        // Damage that the kernel does not announce is found by the next check, which is soon here.
        let node = try await Node(.recorded { $0.syncPeriod = .seconds(3) })
        try await node.synchronize(try RecordedScenario("07-loadbalancer", nodePorts: .listed).routes)
        try await node.sh(command)
        let report = try #require(try await repaired(node))
        #expect(report.damage.contains(name), "\(report.damage)")
        #expect(try RecordedIPVS(scenario: "07-loadbalancer").difference(to: try await node.listing()) == [])
    }

    @Test("announced damage is repaired without waiting for the next check")
    func told() async throws {
        let node = try await Node(.recorded { $0.syncPeriod = .seconds(3600) })
        try await node.synchronize(route(to: backends("10.244.1.5")))
        try await node.sh("ip address del 10.96.0.1/32 dev kube-ipvs0")
        let report = try #require(try await repaired(node))
        #expect(report.damage == ["address 10.96.0.1"])
    }

    @Test("a process that takes over writes only the difference")
    func restart() async throws {
        let node = try await Node()
        let web = route(to: backends("10.244.0.5", "10.244.1.5"))
        try await node.synchronize(web)
        #expect(try await node.restarted().synchronize(web).messages == 0)
        let more = try await node.restarted().synchronize(route(to: backends("10.244.0.5", "10.244.1.5", "10.244.1.6")))
        #expect(more.messages == 1)
    }
}
