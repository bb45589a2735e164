import InternetAddresses
import Synchronization
import Testing

@testable import UserspaceProxy

/// A relay with one listener on the loopback interface, which ends with this object.
final class RelayLab: Sendable {
    let relay: Relay
    let id: Relay.ListenerID
    let listener: Listener
    let balancer: Balancer
    let address: RelayAddress

    init(
        _ endpoints: [RelayAddress], transport: TransportProtocol = .tcp, affinityTimeout: UInt32? = nil,
        proxyHeader: ProxyHeader? = nil, filter: SourceFilter = .everyone,
        configure: (inout RelayConfiguration) -> Void = { _ in }
    ) throws {
        var configuration = RelayConfiguration(threads: 2, openFiles: 4096)
        configure(&configuration)
        relay = try Relay(configuration)
        balancer = Balancer(endpoints, affinityTimeout: affinityTimeout)
        let socket = try ListeningSocket(transport, RelayAddress(TestSocket.loopback, 0))
        try socket.hear(filter)
        listener = Listener(
            socket, rules: ListenerRules(balancer, proxyHeader: proxyHeader), counters: RelayCounters())
        address = socket.address
        id = relay.add(listener)
    }

    deinit { relay.stop() }

    /// Waits until the counters satisfy a condition; fails the test if they do not. The bound guards against hanging.
    func eventually(
        _ what: String, sourceLocation: SourceLocation = #_sourceLocation,
        _ condition: (RelayCounters.Values) -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + .seconds(120)
        while !condition(listener.counters.values) {
            try #require(
                ContinuousClock.now < deadline, "not in time: \(what): \(listener.counters.values)",
                sourceLocation: sourceLocation)
            try await Task.sleep(for: .milliseconds(1))
        }
    }
}
