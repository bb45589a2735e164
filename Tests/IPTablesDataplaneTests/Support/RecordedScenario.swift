import Dataplane
import Foundation
import InternetAddresses
import KubernetesAPI
import KubernetesTestKit
import ServiceRouting

@testable import IPTablesDataplane

/// One of the recorded clusters: its objects, and what kube-proxy 1.36 programs for them on node n1.
struct RecordedScenario: CustomStringConvertible {
    let name: String
    let table: RoutingTable

    static let names: [String] = {
        let names = try? FileManager.default.contentsOfDirectory(atPath: Fixtures.scenarios.path)
        return (names ?? []).filter { !$0.hasSuffix(".md") }.sorted()
    }()

    init(_ name: String) throws {
        self.name = name
        let data = try Data(contentsOf: Fixtures.scenarios.appending(path: "\(name)/served.json"))
        let list = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        var changes: [ObjectChange] = []
        for item in list?["items"] as? [[String: Any]] ?? [] {
            guard let kind = (item["kind"] as? String).flatMap(ObjectKind.init) else { continue }
            let bytes = [UInt8](try JSONSerialization.data(withJSONObject: item))
            changes.append(.set(try WireFormat.json.readObject(bytes, of: kind)))
        }
        var table = RoutingTable(
            configuration: RoutingConfiguration(nodeName: "n1", nodePorts: .everyAddress),
            machineAddresses: Lab.nodeAddresses)
        _ = table.apply(changes)
        self.table = table
    }

    var description: String { name }
    var routes: [ServicePortRoute] { Array(table.routes) }

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
    static let recorded = NodePortPolicy.everyAddress.addresses(primary: Lab.nodeAddresses, machine: Lab.nodeAddresses)
}
