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
    ///
    /// A difference in the kernel is checked twice: a change that was being programmed is no fault.
    package func check() async throws -> NodeCheck {
        let check = try await look().check
        guard check.items.contains(where: { $0.subject == "kernel" && $0.finding.verdict == .broken }) else {
            return check
        }
        try await Task.sleep(for: Self.secondLook)
        return try await look().check
    }

    /// How long a working proxy may take to program a change.
    private static let secondLook = Duration.milliseconds(500)

    /// Checks this node for a proxy that has decided `decided`, without reading objects.
    ///
    /// Rules and stale flows are not read: there may be hundreds of thousands, and the proxy itself notices what others
    /// do to its rules, and removes stale flows.
    func check(_ decided: RoutingSnapshot) async throws -> NodeCheck {
        let surroundings = try Surroundings(settings)
        let nothing = RoutingSnapshot()
        var plan = NodeExaminer.Plan(snapshot: nothing, isWhole: false, stale: StaleFlows(after: nothing))
        plan.nodePorts = decided.routes.nodePorts
        plan.readsFilters = false
        let facts = try await NodeExaminer(surroundings: surroundings, logger: logger).facts(plan)
        return NodeCheck(
            facts, ClusterObjects(origin: "the proxy"), decided, others: credentialItems(surroundings))
    }

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
        var others = credentialItems(surroundings) + [originItem(objects)]
        if objects.problems.isEmpty { others += await clockItems(surroundings) }
        let check = NodeCheck(facts, objects, snapshot, others: others)
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

    /// Whether the clocks of this node and of the API server agree: certificates, tokens and leases depend on it.
    private func clockItems(_ surroundings: Surroundings) async -> [NodeCheck.Item] {
        guard case .cluster(let kubeconfig, let master) = surroundings.configuration.origin else { return [] }
        do {
            let configuration = try KubernetesClientConfiguration.load(
                kubeconfig: kubeconfig, master: master, environment: environment)
            let difference = try await ObjectListing(configuration: configuration, logger: logger).clockDifference()
            return difference.map { [NodeCheck.Item("clock", Self.clockFinding(ahead: $0))] } ?? []
        } catch {
            // Whoever cannot be asked is named by the reading of objects.
            return []
        }
    }

    /// The difference that goes unnoticed: tokens and leases allow for some.
    private static let clockTolerance = 10.0

    /// What it means that the API server's clock is ahead of this node's by some seconds, or behind it.
    static func clockFinding(ahead seconds: Double) -> Finding {
        let amount = "\(Int(seconds.magnitude.rounded())) s"
        guard seconds.magnitude > clockTolerance else { return .ok("the clock agrees with the API server's") }
        return Finding(
            .broken, .clock,
            "the clock of this node is \(amount) \(seconds > 0 ? "behind" : "ahead of") the API server's",
            proof: "certificates, tokens and leases count as expired, or as not yet valid, when clocks differ",
            remedy: "see which of the two is wrong, and whether its time service runs (timedatectl)")
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
