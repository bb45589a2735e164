import ConntrackCleanup
package import Diagnosis
import FoundationEssentials
import InternetAddresses
import KubernetesAPI
import KubernetesClient
package import Logging
import NodeProbes
import NodeProxy
import ServiceRouting

/// Checks this node as a whole. Changes nothing.
package struct NodeChecker: Sendable {
    private let settings: DiagnosisSettings
    private let environment: [String: String]
    private let logger: Logger

    package init(_ settings: DiagnosisSettings, environment: [String: String], logger: Logger) {
        self.settings = settings
        self.environment = environment
        self.logger = logger
    }

    /// Checks this node. Throws for invalid settings.
    package func check() async throws -> NodeCheck { try await look().check }

    /// The same with the Services whose names contain `search`.
    package func overview(search: String) async throws -> NodeOverview {
        let look = try await look()
        return NodeOverview(
            look.check, look.facts, look.objects, look.table, localNetworks: look.localNetworks, search: search)
    }

    private struct Look {
        var check: NodeCheck
        var facts: NodeFacts
        var objects: ClusterObjects
        var table: RoutingTable
        var localNetworks: LocalNetworks
    }

    private func look() async throws -> Look {
        let surroundings = try Surroundings(settings)
        let reader = Explainer(settings, environment: environment, logger: logger).reader(surroundings)
        let objects = try await reader.read(.all)
        let table = Explainer.table(objects, surroundings)
        let snapshot = table.snapshot
        var plan = NodeExaminer.Plan(snapshot: snapshot, stale: StaleFlows(after: snapshot))
        plan.nodePorts = snapshot.routes.nodePorts
        plan.readsFilters = false
        let facts = try await NodeExaminer(surroundings: surroundings, logger: logger).facts(plan)
        let check = NodeCheck(facts, objects, snapshot, others: credentialItems(surroundings) + [originItem(objects)])
        return Look(
            check: check, facts: facts, objects: objects, table: table,
            localNetworks: surroundings.localNetworks(objects))
    }

    private func originItem(_ objects: ClusterObjects) -> NodeCheck.Item {
        NodeCheck.Item(
            "objects",
            objects.problems.isEmpty
                ? .ok(
                    "\(objects.services.count) Services and \(objects.slices.count) EndpointSlices from "
                        + "\(objects.origin)"
                )
                : Finding(.unknown, .notSeen, "read from \(objects.origin)"))
    }

    /// Certificates and tokens that have expired, or do so within a week.
    private func credentialItems(_ surroundings: Surroundings) -> [NodeCheck.Item] {
        guard case .cluster(let kubeconfig, let master) = surroundings.configuration.origin else { return [] }
        do throws(ClientError) {
            let configuration = try KubernetesClientConfiguration.load(
                kubeconfig: kubeconfig, master: master, environment: environment)
            return configuration.credentialAges().map { name, expiry in
                NodeCheck.Item("credentials", Self.finding(name, expiry, now: .now))
            }
        } catch {
            // Reading the objects reports this.
            return []
        }
    }

    private static let week = 7.0 * 86_400

    static func finding(_ name: String, _ expiry: Date, now: Date) -> Finding {
        let day = expiry.formatted(.iso8601)
        let rest = expiry.timeIntervalSince(now)
        if rest <= 0 {
            return Finding(
                .broken, name == "token" ? .tokenExpired : .certificateExpired, "the \(name) expired on \(day)",
                remedy: "renew it")
        }
        // Tokens of Pods live for an hour, and kubelet renews them.
        if name != "token", rest < week {
            return Finding(.broken, .certificateExpiring, "the \(name) expires on \(day)", remedy: "renew it")
        }
        return .ok("the \(name) is good until \(day)")
    }
}
