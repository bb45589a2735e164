import Dataplane
import Logging
import Synchronization
import TestKit
import Testing

@testable import NodeProxy

@Suite("Leftovers")
struct LeftoversTests {
    private let log = LogLines()

    /// A mode with a scripted clean-up.
    private func mode(
        _ name: String, failure: DataplaneError? = nil, calls: Calls = Calls()
    ) -> ProxyMode {
        ProxyMode(
            name: name, opensEveryAddress: false,
            makeDataplane: { (_, _) throws(DataplaneError) in throw DataplaneError(.unsupported, "no data plane") },
            cleanUp: { (_) throws(DataplaneError) in
                calls.add("clean up \(name)")
                if let failure { throw failure }
            },
            removeLeftovers: { (current, _) throws(DataplaneError) in
                calls.add("leftovers of \(name) beside \(current)")
                if let failure { throw failure }
            }, inspect: { () throws(DataplaneError) in [] })
    }

    private final class Calls: Sendable {
        private let list = Mutex<[String]>([])
        func add(_ call: String) { list.withLock { $0.append(call) } }
        var all: [String] { list.withLock { $0 } }
    }

    @Test("every mode's leftovers are removed, and a failure is a warning")
    func failure() async throws {
        let calls = Calls()
        let broken = mode("broken", failure: DataplaneError(.transient, "locked"), calls: calls)
        let current = mode("current", calls: calls)
        await Leftovers.remove(beside: current, from: [broken, current], logger: log.logger)
        #expect(calls.all == ["leftovers of broken beside current", "leftovers of current beside current"])
        let line = try await log.line(with: "broken")
        #expect(line.hasPrefix("warning:") && line.contains("locked"))
    }

    @Test("a clean-up tries all modes and throws the first failure")
    func cleanUp() async {
        let calls = Calls()
        let modes = [
            mode("a", calls: calls), mode("b", failure: DataplaneError(.unsupported, "absent"), calls: calls),
            mode("c", failure: DataplaneError(.permission, "no"), calls: calls),
        ]
        let error = await #expect(throws: DataplaneError.self) {
            try await Leftovers.cleanUp(modes, logger: log.logger)
        }
        #expect(error?.code == .permission)
        #expect(calls.all == ["clean up c", "clean up b", "clean up a"])
    }
}
