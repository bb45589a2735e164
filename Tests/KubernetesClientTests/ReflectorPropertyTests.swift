import Testing

@testable import KubernetesClient

/// Whatever the network does, the node ends with the server's state.
@Suite struct ReflectorPropertyTests {
    @Test(arguments: UInt64(1)...300)
    func `after any history of failures what is known equals the server`(seed: UInt64) {
        var simulation = Simulation(seed: seed)
        simulation.run(requests: 40)
        #expect(simulation.failures > 0)
        simulation.settle()
        #expect(simulation.replica.summary == simulation.server.summary)
        #expect(simulation.reflector.known.count == simulation.server.state.count)
        #expect(simulation.synchronizations > 0)
    }

    @Test(arguments: UInt64(1)...20)
    func `an hour without the server changes nothing, and what changed meanwhile is learnt afterwards`(seed: UInt64) {
        var simulation = Simulation(seed: seed, trouble: 0, change: 0)
        simulation.settle()
        let before = simulation.replica.summary
        #expect(before == simulation.server.summary)

        let start = simulation.now
        var step = simulation.reflector.failed(.connection("reset by peer"), at: simulation.now)
        var tries = 0
        while start.duration(to: simulation.now) < .seconds(3600) {
            guard case .wait(let delay) = step.next else {
                Issue.record("no wait after a failure: \(step.next)")
                return
            }
            #expect(delay > .zero && delay <= .seconds(30))
            #expect(step.changes.isEmpty)
            simulation.now += delay
            tries += 1
            guard case .watch(let request) = simulation.reflector.wokeUp().next else {
                Issue.record("a watch that was refused is asked for again, not a list")
                return
            }
            #expect(!request.sendInitialEvents)
            step = simulation.reflector.failed(.refused, at: simulation.now)
        }
        // A server that refuses connections is tried every one to two seconds.
        #expect((1500...3600).contains(tries))

        for _ in 0..<5 { simulation.server.change(using: &simulation.random) }
        simulation.server.compact()
        simulation.resume(step)
        #expect(simulation.replica.summary == simulation.server.summary)
        #expect(simulation.replica.summary != before)
    }
}
