import InternetAddresses
import ServiceRouting
import Testing

@testable import NFTablesDataplane

/// Long random histories, against a table that takes nothing that the kernel would not take.
@Suite struct TableStatePropertyTests {
    @Test("whatever happened, the kernel holds what the routes say and nothing was refused", arguments: 0..<30)
    func history(seed: UInt64) {
        let family: IPFamily = seed % 2 == 0 ? .ipv4 : .ipv6
        var world = RandomRoutes(family, seed: seed, conflicts: seed % 4 > 1)
        var state = TableState(family: family)
        var kernel = FakeKernel()
        var clients = Clients()
        for step in 0..<80 {
            let change = world.change()
            let checks = state.follow(change, &kernel)
            #expect(kernel.refusals == [], "seed \(seed), step \(step): \(change)")
            #expect(kernel.elements == state.elements, "seed \(seed), step \(step): \(change)")
            checkOwners(state, world)
            clients.forget(checks)
            clients.check(state)
            clients.connect(state, &world)
            guard kernel.refusals == [], kernel.elements == state.elements else { return }
            if step % 10 == 9, state.waiting.isEmpty { #expect(state.meaning == Self.fromScratch(world).meaning) }
        }
        for route in world.routes.values { _ = state.follow(.remove(route), &kernel) }
        #expect(kernel.refusals == [])
        #expect(kernel.elements.keys.allSatisfy { $0 == .dispatch })
        #expect(kernel.timeouts.isEmpty)
        #expect(state.waiting.isEmpty)
    }

    /// Each frontend that anybody asks for belongs to one of those who do, and the others wait.
    private func checkOwners(_ state: TableState, _ world: RandomRoutes) {
        var asked: [FrontendKey: Set<RouteKey>] = [:]
        for route in world.routes.values {
            for frontend in RouteShape(route).plans(nodeAddresses: world.nodeAddresses).keys {
                asked[frontend, default: []].insert(route.key)
            }
        }
        #expect(Set(state.owners.keys) == Set(asked.keys))
        for (frontend, keys) in asked {
            let owner = state.owners[frontend].map { Set([$0]) } ?? []
            #expect(owner.isSubset(of: keys))
            #expect(state.waiting[frontend] ?? [] == keys.subtracting(owner))
        }
    }

    private static func fromScratch(_ world: RandomRoutes) -> TableState {
        var state = TableState(family: world.family)
        var edits = TableEdits(isRecording: false)
        state.move(nodePortsTo: world.nodeAddresses, into: &edits)
        for route in world.routes.values { state.set(route.key, to: route, into: &edits) }
        state.settle(into: &edits)
        return state
    }
}

/// Clients that the kernel remembers.
private struct Clients {
    private struct Client: Hashable {
        var frontend: FrontendKey
        var isOutside: Bool
        var backend: Slot
    }

    private var known: Set<Client> = []

    /// Every backend that a client of each kind may reach has a client.
    mutating func connect(_ state: TableState, _ world: inout RandomRoutes) {
        for route in state.routes.values where route.shape.isSticky {
            for (frontend, plan) in route.frontends {
                for isOutside in [false, true] {
                    let backends = route.slots(of: isOutside && plan.holdsOutsideToLocal ? .local : plan.backends)
                    for backend in backends.slots where world.chance(50) {
                        known.insert(Client(frontend: frontend, isOutside: isOutside, backend: backend))
                    }
                }
            }
        }
    }

    mutating func forget(_ checks: [FrontendKey: Set<Slot>]) {
        known = known.filter { checks[$0.frontend]?.contains($0.backend) ?? true }
    }

    /// Nobody is remembered with a backend that it may not reach.
    func check(_ state: TableState) {
        for client in known {
            guard let key = state.owners[client.frontend], let route = state.routes[key], route.shape.isSticky,
                let plan = route.frontends[client.frontend]
            else {
                Issue.record("\(client) is remembered without affinity")
                continue
            }
            let list = client.isOutside && plan.holdsOutsideToLocal ? .local : plan.backends
            #expect(route.slots(of: list).slots.contains(client.backend), "\(client)")
        }
    }
}
