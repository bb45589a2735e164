import Dataplane
import InternetAddresses
import KubernetesAPI
import NodeProxy
import ServiceRouting
import Testing

@Suite("What a data plane programs")
struct ProgrammingStateTests {
    let now = ContinuousClock.now

    @Test("a failure leads to a pause, which changes do not shorten")
    func waiting() {
        var state = ProgrammingState(configuration: RoutingConfiguration(nodeName: "n1"), machineAddresses: [])
        #expect(state.step(at: now) == .wait(until: nil))
        _ = state.take([], isSynchronized: true)
        #expect(state.step(at: now) == .synchronize)
        let pause = state.failed(DataplaneError(.transient, ""), at: now)
        #expect(state.step(at: now) == .wait(until: now + pause))
        _ = state.take([.set(service("web"))], isSynchronized: true)
        #expect(state.step(at: now) == .wait(until: now + pause))
        #expect(state.step(at: now + pause) == .synchronize)
        #expect(state.snapshot.routes.map(\.key.name.service.name) == ["web"])
    }

    @Test("a change without effect on connections programs nothing")
    func noConsequence() {
        var state = ProgrammingState(configuration: RoutingConfiguration(nodeName: "n1"), machineAddresses: [])
        _ = state.take([.set(service("web"))], isSynchronized: true)
        state.succeeded()
        _ = state.take([.set(service("web"))], isSynchronized: true)
        #expect(state.step(at: now) == .wait(until: nil))
    }

    @Test("if a Node loses its addresses, the machine's are used again")
    func lostAddresses() {
        let own = IPAddress(ipv4: 1)
        var state = ProgrammingState(configuration: RoutingConfiguration(nodeName: "n1"), machineAddresses: [own])
        _ = state.take([.set(node("n1", ip: 2))], isSynchronized: true)
        state.succeeded()
        #expect(state.nodePorts.addresses == [IPAddress(ipv4: 2)])
        _ = state.take([.set(node("n1"))], isSynchronized: true)
        #expect(state.step(at: now) == .apply(RoutingChange(nodePorts: NodePortAddresses([own]))))
    }

    @Test("configured addresses stay, whatever the Node says")
    func chosenAddresses() throws {
        let network = try #require(IPNetwork("0.0.0.3/32"))
        let chosen = [IPAddress(ipv4: 3)]
        var state = ProgrammingState(
            configuration: RoutingConfiguration(nodeName: "n1", nodePorts: NodePortPolicy(.networks([network]))),
            machineAddresses: [IPAddress(ipv4: 1)] + chosen)
        #expect(!state.guessesNodeAddresses)
        _ = state.take([], isSynchronized: true)
        state.succeeded()
        _ = state.take([.set(node("n1", ip: 2))], isSynchronized: true)
        #expect(state.nodePorts.addresses(of: .ipv4) == chosen)
        #expect(state.step(at: now) == .wait(until: nil))
    }

    @Test("pauses double from 0.1 s to 30 s; a permanent refusal gets the longest at once")
    func backoff() {
        var backoff = RetryBackoff()
        let pauses = (0..<11).map { _ in backoff.failed(isRetryable: true) / .milliseconds(1) }
        #expect(pauses == [100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 30000, 30000])
        var fresh = RetryBackoff()
        #expect(fresh.failed(isRetryable: false) == .seconds(30))
        #expect(fresh.failed(isRetryable: true) == .milliseconds(100))
    }
}
