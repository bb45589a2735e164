import APICredentials
import Foundation
import TestKit
import Testing

@testable import APIServer

@Suite(.timeLimit(.minutes(10))) struct RenewalTests {
    @Test func certificatesAreReplacedInGoodTimeWhileTheServerRuns() async throws {
        let test = try await TestServer()
        let start = Date()
        let first = try test.server.makeCredentials(now: start)
        let kubeconfig = try String(contentsOfFile: test.server.kubeconfig, encoding: .utf8)
        #expect(first.renewal > start.addingTimeInterval(300 * 86400))
        let tls = TLSContext(try APIServer.context(first))
        let old = tls.current
        let clock = SkippingClock()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await test.server.renew(
                    first, tls, clock: clock,
                    // The server has run for 304 days.
                    now: { start.addingTimeInterval(304 * 86400 + clock.start.duration(to: clock.now) / .seconds(1)) })
            }
            while tls.current === old { try await Task.sleep(for: .milliseconds(1)) }
            group.cancelAll()
            while let result = await group.nextResult() {
                if case .failure(let error) = result { #expect(error is CancellationError, "\(error)") }
            }
        }
        let later = start.addingTimeInterval(307 * 86400)
        let second = try test.server.makeCredentials(now: later)
        #expect(second.certificate != first.certificate)
        #expect(second.authority == first.authority)
        #expect(try String(contentsOfFile: test.server.kubeconfig, encoding: .utf8) != kubeconfig)
    }

    @Test func aStartReplacesWhatEndsSoonOrHasOtherNames() async throws {
        let test = try await TestServer()
        let now = Date()
        let names = ServerCredentials.Names(dnsNames: ["a"], addresses: [[127, 0, 0, 1]])
        let make = { (names: ServerCredentials.Names, days: Double) in
            try ServerCredentials(folder: test.folder, names: names, now: now.addingTimeInterval(days * 86400))
        }
        let first = try make(names, 0)
        #expect(try make(names, 100).certificate == first.certificate)
        let renewed = try make(names, 310)
        #expect(renewed.certificate != first.certificate)
        var others = names
        others.dnsNames.append("b")
        #expect(try make(others, 310).certificate != renewed.certificate)
    }
}
