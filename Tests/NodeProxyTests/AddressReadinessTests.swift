import Logging
import Synchronization
import TestKit
import Testing

@testable import NodeProxy

@Suite("Readiness of the node's addresses")
struct AddressReadinessTests {
    let status = ProxyStatus()

    private func run(tentativeFor answers: Int) async throws -> Int {
        let asked = Mutex(0)
        status.health.withLock { $0.areAddressesUsable = false }
        let readiness = AddressReadiness(
            status: status, clock: SkippingClock(), logger: Logger(label: "test"),
            isAnyTentative: {
                asked.withLock { count in
                    count += 1
                    return count <= answers
                }
            })
        try await readiness.run()
        return asked.withLock { $0 }
    }

    @Test("usable addresses do not delay health")
    func usable() async throws {
        #expect(try await run(tentativeFor: 0) == 1)
        #expect(status.health.withLock { $0.areAddressesUsable })
    }

    @Test("health waits for addresses that are still being checked")
    func tentative() async throws {
        #expect(try await run(tentativeFor: 7) == 8)
        #expect(status.health.withLock { $0.areAddressesUsable })
    }

    @Test("an address that never becomes usable does not keep the node from serving")
    func patience() async throws {
        #expect(try await run(tentativeFor: .max) < 200)
        #expect(status.health.withLock { $0.areAddressesUsable })
    }

    @Test("a node whose addresses are not usable yet is not healthy")
    func health() {
        var state = HealthState()
        state.programmed(at: .now)
        state.areAddressesUsable = false
        #expect(!state.isHealthy(at: .now))
        #expect(state.isAlive(at: .now))
    }
}
