import Foundation
package import InternetAddresses
import KubernetesAPI
import KubernetesTestKit
package import ServiceRouting

/// One of the recorded clusters, with the routes that node n1 needs.
package struct RecordedScenario: Sendable, CustomStringConvertible {
    /// The name of its folder, such as `07-loadbalancer`.
    package let name: String
    /// The routes of all its objects.
    package let routes: [ServicePortRoute]

    /// The names of all clusters, in order; empty if they are not found.
    package static let names: [String] = {
        let names = try? FileManager.default.contentsOfDirectory(atPath: Fixtures.scenarios.path)
        return (names ?? []).filter { !$0.hasSuffix(".md") }.sorted()
    }()

    /// The addresses of node n1.
    package static let nodeAddresses = ["172.30.0.2", "fd00:172:30::2"].compactMap { IPAddress($0) }

    /// Reads the cluster's objects.
    package init(
        _ name: String, nodePorts: NodePortPolicy = .everyAddress,
        machineAddresses: [IPAddress] = RecordedScenario.nodeAddresses
    ) throws {
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
            configuration: RoutingConfiguration(nodeName: "n1", nodePorts: nodePorts),
            machineAddresses: machineAddresses)
        _ = table.apply(changes)
        routes = Array(table.routes)
    }

    package var description: String { name }
}

extension NodePortPolicy {
    /// All addresses of the node, one by one, as ipvs mode needs them.
    package static let listed = NodePortPolicy(.networks([]))
}
