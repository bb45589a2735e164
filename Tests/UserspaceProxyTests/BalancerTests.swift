import InternetAddresses
import Testing

@testable import UserspaceProxy

@Suite("Choosing endpoints")
struct BalancerTests {
    let endpoints = (1...3).map { RelayAddress(IPAddress(ipv4: 0x0AF4_0000 + $0), 80) }
    let client = IPAddress(ipv4: 0xCB00_710A)
    static let second: UInt64 = 1_000_000_000

    @Test("endpoints take turns")
    func turns() {
        let balancer = Balancer(endpoints)
        let chosen = (0..<6).map { _ in balancer.choose(for: client, at: 0) }
        #expect(chosen == (endpoints + endpoints).map(Optional.some))
        #expect(Balancer().choose(for: client, at: 0) == nil)
    }

    @Test("with affinity a client stays although another thread has read the clock later")
    func clockOfAnotherThread() {
        let balancer = Balancer(endpoints, affinityTimeout: 60)
        let home = balancer.choose(for: client, at: 2 * Self.second)
        #expect(balancer.choose(for: client, at: Self.second) == home)
    }

    @Test("another process takes over clients' endpoints and ages")
    func handover() throws {
        let clients = (1...6).map { IPAddress(ipv4: 0xCB00_7100 + $0) }
        let first = Balancer(endpoints, affinityTimeout: 60)
        for (number, client) in clients.enumerated() {
            _ = first.choose(for: client, at: UInt64(number) * 10 * Self.second)
        }
        let table = first.affinities(at: 65 * Self.second)
        // The first client has paused too long.
        #expect(Set(table.map(\.client)) == Set(clients.dropFirst()))
        // One endpoint is gone meanwhile.
        let second = Balancer(Array(endpoints.dropLast()), affinityTimeout: 60)
        let own = second.choose(for: clients[5], at: 5 * Self.second)
        second.restore(table, at: 5 * Self.second)
        for affinity in table where affinity.client != clients[5] && affinity.endpoint != endpoints[2] {
            #expect(second.choose(for: affinity.client, at: 6 * Self.second) == affinity.endpoint)
        }
        #expect(second.choose(for: clients[5], at: 6 * Self.second) == own)
        #expect(!second.affinities(at: 6 * Self.second).contains { $0.endpoint == endpoints[2] })
        // Without affinity no client is remembered.
        let plain = Balancer(endpoints)
        plain.restore(table, at: 0)
        #expect(plain.affinities(at: 0).isEmpty)
    }

    @Test("after a failure another endpoint is chosen, if there is one")
    func failure() {
        let balancer = Balancer(endpoints)
        for _ in 0..<10 {
            let first = balancer.choose(for: client, at: 0)
            #expect(balancer.choose(for: client, after: first, at: 0) != first)
        }
        let single = Balancer([endpoints[0]])
        #expect(single.choose(for: client, after: endpoints[0], at: 0) == endpoints[0])
    }

    @Test("with affinity a client stays until it has paused for longer than the timeout")
    func affinity() {
        let balancer = Balancer(endpoints, affinityTimeout: 10)
        let first = balancer.choose(for: client, at: 0)
        for step in 1...5 { #expect(balancer.choose(for: client, at: UInt64(step) * 9 * Self.second) == first) }
        #expect(balancer.choose(for: client, at: 55 * Self.second) != first)
    }

    @Test("with affinity a client whose endpoint fails moves on and stays there")
    func affinityAfterFailure() {
        let balancer = Balancer(endpoints, affinityTimeout: 10)
        let first = balancer.choose(for: client, at: 0)
        let second = balancer.choose(for: client, after: first, at: 0)
        #expect(second != first)
        #expect(balancer.choose(for: client, at: 1) == second)
    }

    @Test("a change does not move clients of remaining endpoints")
    func update() {
        let balancer = Balancer(endpoints, affinityTimeout: 10)
        let clients = (0..<30).map { IPAddress(ipv4: $0) }
        let homes = clients.map { balancer.choose(for: $0, at: 0) }
        balancer.update([endpoints[0], endpoints[2]], affinityTimeout: 10)
        for (client, home) in zip(clients, homes) {
            let now = balancer.choose(for: client, at: 1)
            #expect(home == endpoints[1] ? now != home : now == home)
        }
        balancer.update([], affinityTimeout: 10)
        #expect(balancer.choose(for: clients[0], at: 2) == nil)
    }

    @Test("clients beyond the limit are served, but not remembered")
    func limit() {
        let balancer = Balancer(endpoints, affinityTimeout: 10)
        for number in 0..<Balancer.maximumClients {
            _ = balancer.choose(for: IPAddress(ipv4: UInt32(number)), at: 0)
        }
        let late = (0..<6).map { _ in balancer.choose(for: client, at: 1) }
        #expect(Set(late).count == 3)
        // Once the others have expired there is room again.
        let first = balancer.choose(for: client, at: 11 * Self.second)
        #expect(balancer.choose(for: client, at: 11 * Self.second) == first)
    }
}
