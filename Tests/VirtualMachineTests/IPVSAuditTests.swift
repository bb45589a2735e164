import ChildProcesses
import Dataplane
import Foundation
import InternetAddresses
import KubernetesTestKit
import LabKit
import RoutingTestKit
import ServiceRouting
import Testing

@testable import IPVSDataplane

/// What the mode ipvs, or kube-proxy in it, has programmed, read back and compared with what the objects ask for.
@Suite("IPVS: audit", .serialized)
struct IPVSAuditTests {
    @Test("nothing is wrong with what was just programmed, in every recorded cluster, whole and Service by Service")
    func recorded() async throws {
        let node = try await Node()
        for name in RecordedScenario.names {
            let routes = try RecordedScenario(name, nodePorts: .listed).routes
            try await node.synchronize(routes)
            let whole = try await node.audit(routes)
            #expect(whole.isProgrammed)
            #expect(whole.discrepancies == [], "\(name)")
            #expect(whole.damage == [], "\(name)")
            // In the virtual machine every look takes a while.
            guard Self.several.contains(name) else { continue }
            for route in routes {
                let one = try await node.audit([route], isWhole: false)
                #expect(one.discrepancies == [] && one.damage == [], "\(name): \(route.key)")
                #expect(one.frontendCount == route.frontends.count { $0.address != nil }, "\(name): \(route.key)")
            }
            // Without the settings it knows less, and still complains of nothing.
            let blind = try await IPVSDataplane.audit(
                RoutingSnapshot(routes: routes), AuditScope(), nil, executor: NamespaceExecutor(node.namespace))
            #expect(blind.discrepancies == [] && blind.damage == [], "\(name)")
        }
    }

    /// Clusters that have most of what the mode programs.
    static let several = ["02-nodeport", "07-loadbalancer", "08-source-ranges", "14-dual-stack"]

    @Test("kube-proxy's state of recorded clusters is what the objects ask for")
    func kubeProxy() async throws {
        for name in Self.several {
            let node = try await Node()
            try await node.restore(name)
            let routes = try RecordedScenario(name, nodePorts: .listed).routes
            let whole = try await node.audit(routes)
            #expect(whole.isProgrammed)
            #expect(whole.discrepancies == [], "\(name)")
            #expect(whole.damage.map(\.text).filter(Self.isRecorded) == [], "\(name)")
            for route in routes {
                let one = try await node.audit([route], isWhole: false)
                #expect(one.discrepancies == [], "\(name): \(route.key)")
                #expect(one.damage.map(\.text).filter(Self.isRecorded) == [], "\(name): \(route.key)")
            }
        }
    }

    /// The filter table of IPv6 was not recorded.
    private static func isRecorded(_ damage: String) -> Bool { !damage.contains("table filter (IPv6)") }

    /// What somebody does, what is said of it, and whether it concerns the Service at 10.100.171.239.
    struct Fault: Sendable, CustomTestStringConvertible {
        var command: String
        /// A frontend that differs, or is missing.
        var frontend: String?
        var damage: [String] = []
        var testDescription: String { command }
    }

    static let faults = [
        Fault(command: "ipvsadm -D -t 10.100.171.239:80", frontend: "10.100.171.239"),
        Fault(command: "ipvsadm -d -t 10.100.171.239:80 -r 10.244.1.7:9376", frontend: "10.100.171.239"),
        Fault(command: "ipvsadm -e -t 192.0.2.127:80 -r 10.244.0.7:9376 -m -w 0", frontend: "192.0.2.127"),
        Fault(command: "ipvsadm -C", frontend: "10.100.171.239"),
        Fault(
            command: "ipset del KUBE-CLUSTER-IP 10.100.171.239,tcp:80",
            damage: ["the entry 10.100.171.239,tcp:80 of ipset KUBE-CLUSTER-IP for "]),
        Fault(
            command: "ip address del 192.0.2.127/32 dev kube-ipvs0",
            damage: ["address 192.0.2.127 of interface kube-ipvs0 is missing"]),
        Fault(command: "ip link delete kube-ipvs0", damage: ["interface kube-ipvs0"]),
        Fault(
            command: "iptables-nft -t nat -F KUBE-SERVICES", damage: ["chain KUBE-SERVICES of table nat (IPv4)"]),
        Fault(
            command: "iptables-nft -t nat -D POSTROUTING -m comment --comment 'kubernetes postrouting rules' "
                + "-j KUBE-POSTROUTING",
            damage: ["the jump from POSTROUTING to KUBE-POSTROUTING in table nat (IPv4)"]),
        Fault(
            command: "iptables-nft -D INPUT -m comment --comment 'kubernetes ipvs access filter' -j KUBE-IPVS-FILTER; "
                + "iptables-nft -F KUBE-IPVS-FILTER; iptables-nft -X KUBE-IPVS-FILTER",
            damage: [
                "chain KUBE-IPVS-FILTER of table filter (IPv4)",
                "the jump from INPUT to KUBE-IPVS-FILTER in table filter (IPv4)",
            ]),
        Fault(
            command: "sysctl -q -w net.ipv4.vs.conntrack=0", damage: ["setting net.ipv4.vs.conntrack=1"]),
    ]

    @Test("whatever somebody removes is named, and nothing else, whole and for the Services alone", arguments: faults)
    func fault(_ fault: Fault) async throws {
        let node = try await Node()
        let routes = try RecordedScenario("07-loadbalancer", nodePorts: .listed).routes
        try await node.synchronize(routes)
        try await node.sh(fault.command)
        for isWhole in [true, false] {
            let audit = try await node.audit(routes, isWhole: isWhole)
            let frontends = audit.discrepancies.compactMap { $0.expected?.place.address }.map(\.description)
            if let frontend = fault.frontend { #expect(frontends.contains(frontend)) } else { #expect(frontends == []) }
            #expect(audit.damage.count == fault.damage.count, "\(audit.damage)")
            for (found, text) in zip(audit.damage.map(\.text).sorted(), fault.damage.sorted()) {
                #expect(found.hasPrefix(text))
            }
        }
    }

    @Test("where the mode was never, it says that nothing is programmed")
    func nothing() async throws {
        let node = try await Node()
        let audit = try await node.audit(try RecordedScenario("07-loadbalancer", nodePorts: .listed).routes)
        #expect(!audit.isProgrammed)
    }

    @Test("explain and check beside the proxy: no complaint, then the virtual server that has gone")
    func commands() async throws {
        let cluster = try await Cluster()
        let scenario = Scenario(folder: Fixtures.scenarios.appending(path: "02-nodeport"))
        _ = try await scenario.prepare(cluster)
        let proxy = try await ProxyProcess(
            Servicelet.proxy(manifests: scenario.objects, mode: "ipvs"), on: cluster.node)
        func ask(_ arguments: String...) async throws -> (exit: Int32, text: String) {
            let process = try await cluster.node.spawn([try Servicelet.binary()] + arguments)
            let exit = try await process.exit(within: .patience)
            return (exit.shellStatus, process.output + process.errors)
        }
        let service = "10.103.12.8:80"
        let check = try await ask("check")
        #expect(check.exit == 0, "\(check.text)")
        #expect(check.text.contains("as decided"), "\(check.text)")
        let healthy = try await ask("explain", service, "--from", "outside")
        #expect(healthy.exit == 0, "\(healthy.text)")
        #expect(healthy.text.contains("as decided (servicelet, ipvs mode)"), "\(healthy.text)")
        try await proxy.kill()
        try await cluster.node.run("ipvsadm", "-D", "-t", service)
        let settled = [
            "--manifests", scenario.objects.path, "--hostname-override", "n1", "--proxy-mode", "ipvs",
            "--cluster-cidr", ClusterAddress.podNetworks,
        ]
        let process = try await cluster.node.spawn([try Servicelet.binary(), "explain", service] + settled)
        #expect(try await process.exit(within: .patience) == .code(1))
        // The interface still has the address, so the node itself refuses connections.
        let finding = "✗ Kernel     the kernel sends connections to \(service)/TCP elsewhere than decided: "
        #expect(process.output.contains(finding + "they are refused"), "\(process.output)")
        #expect(process.output.contains("no proxy runs on this node"), "\(process.output)")
    }
}

extension Node {
    func audit(_ routes: [ServicePortRoute], isWhole: Bool = true) async throws -> KernelAudit {
        try await IPVSDataplane.audit(
            RoutingSnapshot(routes: routes), AuditScope(isWhole: isWhole), .recorded,
            executor: NamespaceExecutor(namespace))
    }

    /// Gives the kernel what kube-proxy had programmed in a recorded cluster.
    fileprivate func restore(_ scenario: String) async throws {
        let file = Fixtures.scenarios.appending(path: "\(scenario)/ipvs.txt").path
        try await sh(
            """
            set -e
            f=\(file)
            sysctl -q -w net.ipv4.vs.conntrack=1 net.ipv4.vs.expire_nodest_conn=1 \
                net.ipv4.vs.expire_quiescent_template=1
            grep -E '^(create|add) ' "$f" | ipset restore
            awk '/^\\*/ { exit } /^-[Aa] /' "$f" | ipvsadm -R
            ip link add kube-ipvs0 type dummy
            for a in $(awk '$1 == "kube-ipvs0" { for (i = 3; i <= NF; i++) print $i }' "$f"); do
                case $a in fe80:*) ;; *) ip address add "$a" dev kube-ipvs0 ;; esac
            done
            sed -n '/^\\*/,$p' "$f" | sed '/^# ip6tables-save/,$d' | iptables-nft-restore
            sed -n '/^# ip6tables-save/,$p' "$f" | ip6tables-nft-restore
            """)
    }
}
