import Diagnosis
import Foundation
import Testing

@testable import NodeDiagnosis

/// What ages and clocks mean.
@Suite("Node checker")
struct NodeCheckerTests {
    private let now = Date(timeIntervalSince1970: 1_800_000_000)

    @Test("certificates are named a week before their end, tokens only once they have ended")
    func ages() {
        func code(_ name: String, days: Double) -> FindingCode {
            NodeChecker.finding(name, now.addingTimeInterval(days * 86_400), now: now).code
        }
        #expect(code("client certificate", days: 8) == .fine)
        #expect(code("client certificate", days: 6) == .certificateExpiring)
        #expect(code("client certificate", days: -0.1) == .certificateExpired)
        #expect(code("token", days: 0.02) == .fine)
        #expect(code("token", days: -0.1) == .tokenExpired)
        let finding = NodeChecker.finding("token", now.addingTimeInterval(-1), now: now)
        #expect(finding.text == "the token expired on 2027-01-15T07:59:59Z")
    }

    @Test("clocks may differ by ten seconds")
    func clock() {
        #expect(NodeChecker.clockFinding(ahead: 9).code == .fine)
        #expect(NodeChecker.clockFinding(ahead: -9).code == .fine)
        let behind = NodeChecker.clockFinding(ahead: 3600)
        #expect(behind.code == .clock && behind.text == "the clock of this node is 3600 s behind the API server's")
        let ahead = NodeChecker.clockFinding(ahead: -120)
        #expect(ahead.text == "the clock of this node is 120 s ahead of the API server's")
    }
}
