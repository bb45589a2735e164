import Dataplane
import Foundation
import InternetAddresses
import KubernetesTestKit
import RoutingTestKit
import ServiceRouting

@testable import IPTablesDataplane

extension RecordedScenario {
    /// The output of `iptables-save` or `ip6tables-save` with kube-proxy running.
    func recorded(_ family: IPFamily) throws -> RuleListing {
        RuleListing(try text(family))
    }

    /// As ``recorded(_:)``, as text.
    func text(_ family: IPFamily) throws -> String {
        let file = family == .ipv4 ? "iptables-save.txt" : "ip6tables-save.txt"
        return try String(contentsOf: Fixtures.scenarios.appending(path: "\(name)/\(file)"), encoding: .utf8)
    }
}

extension IPTablesConfiguration {
    /// As the clusters were recorded.
    static let recorded: IPTablesConfiguration = {
        let networks = ["10.244.0.0/16", "fd00:10:244::/48"].compactMap { IPNetwork($0) }
        return IPTablesConfiguration(dataplane: DataplaneConfiguration(localTraffic: .networks(networks)))
    }()
}

extension RuleContext {
    /// As the clusters were recorded; the configuration may differ.
    static func recorded(
        _ family: IPFamily = .ipv4, _ configuration: IPTablesConfiguration = .recorded,
        nodePorts: NodePortAddresses = .recorded, capabilities: Capabilities = Capabilities()
    ) -> RuleContext {
        RuleContext(configuration, family: family, nodePorts: nodePorts, capabilities: capabilities)
    }
}

extension NodePortAddresses {
    /// All addresses, as the clusters were recorded.
    static let recorded = NodePortPolicy.everyAddress.addresses(
        primary: RecordedScenario.nodeAddresses, machine: RecordedScenario.nodeAddresses)
}
