import Dataplane
import InternetAddresses
import ServiceRouting

/// The plans of all frontends: routes in, differences out. A plain value.
struct PlanTable {
    /// The differences.
    struct Edits {
        /// Frontends without a Service any more.
        var removed: [ListenerPlan] = []
        /// New or changed frontends.
        var set: [ListenerPlan] = []
    }

    private(set) var routes: [RouteKey: ServicePortRoute] = [:]
    private(set) var plans: [InspectedFrontend.Place: ListenerPlan] = [:]
    private(set) var machine = MachineView()

    /// Replaces all routes.
    mutating func replace(_ snapshot: [ServicePortRoute], on machine: MachineView) -> Edits {
        self.machine = machine
        routes = Dictionary(snapshot.map { ($0.key, $0) }, uniquingKeysWith: { _, last in last })
        let old = plans
        plans = [:]
        var edits = Edits()
        for route in snapshot {
            for plan in route.listenerPlans(on: machine) {
                plans[plan.place] = plan
                if old[plan.place] != plan { edits.set.append(plan) }
            }
        }
        edits.removed = old.values.filter { plans[$0.place] == nil }
        return edits
    }

    /// Applies a change of the machine. Frontends at added or removed addresses are set up again, even if their plan is
    /// the same: connections may now arrive differently.
    mutating func move(to machine: MachineView) -> Edits {
        let moved = self.machine.addresses.symmetricDifference(machine.addresses)
        var edits = replace(Array(routes.values), on: machine)
        let known = Set(edits.set.map(\.place))
        edits.set += plans.values.filter { plan in
            !known.contains(plan.place) && plan.place.address.map { moved.contains($0) } ?? false
        }
        return edits
    }

    /// Applies a change. The cost depends only on the change.
    mutating func apply(_ entries: [RoutingChange.Entry]) -> Edits {
        var gone: [InspectedFrontend.Place: ListenerPlan] = [:]
        for entry in entries {
            for plan in routes[entry.key]?.listenerPlans(on: machine) ?? [] {
                if let plan = plans.removeValue(forKey: plan.place) { gone[plan.place] = plan }
            }
            routes[entry.key] = entry.new
        }
        var edits = Edits()
        for entry in entries {
            for plan in entry.new?.listenerPlans(on: machine) ?? [] {
                plans[plan.place] = plan
                if gone.removeValue(forKey: plan.place) != plan { edits.set.append(plan) }
            }
        }
        edits.removed = Array(gone.values)
        return edits
    }
}
