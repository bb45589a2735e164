import ControllerManager
import KubernetesObjects
import Testing

@Suite struct LeaderElectionTests {
    private let start = ContinuousClock.now
    private let time = "2026-01-01T00:00:00.000000Z"

    private func election(_ identity: String) -> LeaderElection {
        LeaderElection(LeaderElection.Options(namespace: "kube-system", name: "c", identity: identity))
    }

    private func lease(of holder: String, version: String = "1") -> Document {
        Document([
            "kind": "Lease",
            "metadata": ["name": "c", "namespace": "kube-system", "resourceVersion": .string(version)],
            "spec": ["holderIdentity": .string(holder), "leaseDurationSeconds": 15, "leaseTransitions": 3],
        ])
    }

    @Test func theFirstCreatesTheLease() throws {
        var election = election("me")
        guard case .create(let lease) = election.look(nil, at: start, time: time) else {
            return #expect(Bool(false), "no Lease was created")
        }
        #expect(lease.spec["holderIdentity"].text == "me")
        #expect(!election.leads(at: start))
        election.wrote(lease, startedAt: start)
        #expect(election.leads(at: start.advanced(by: .seconds(9))))
        #expect(!election.leads(at: start.advanced(by: .seconds(10))))
    }

    @Test func aLeaseOfAnotherIsLeftAloneUntilItHasNotChangedForItsDuration() {
        var election = election("me")
        #expect(election.look(lease(of: "other"), at: start, time: time) == .wait(leader: "other"))
        let later = start.advanced(by: .seconds(14))
        #expect(election.look(lease(of: "other", version: "2"), at: later, time: time) == .wait(leader: "other"))
        let renewed = later.advanced(by: .seconds(14))
        #expect(election.look(lease(of: "other", version: "2"), at: renewed, time: time) == .wait(leader: "other"))
        guard
            case .update(let taken) = election.look(
                lease(of: "other", version: "2"), at: later.advanced(by: .seconds(15)), time: time)
        else { return #expect(Bool(false), "the Lease was not taken") }
        #expect(taken.spec["holderIdentity"].text == "me")
        #expect(taken.spec["leaseTransitions"].number == 4)
        #expect(taken.resourceVersion == "2")
    }

    @Test func whoLosesTheLeaseStopsAtOnce() {
        var election = election("me")
        election.wrote(lease(of: "me"), startedAt: start)
        #expect(election.leads(at: start))
        #expect(election.look(lease(of: "other", version: "2"), at: start, time: time) == .wait(leader: "other"))
        #expect(!election.leads(at: start))
    }

    @Test func aLeaseWithoutHolderIsTakenAtOnce() {
        var election = election("me")
        guard case .update = election.look(lease(of: ""), at: start, time: time) else {
            return #expect(Bool(false), "the Lease was not taken")
        }
    }
}
