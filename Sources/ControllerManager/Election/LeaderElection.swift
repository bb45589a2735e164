import Foundation
package import KubernetesObjects

/// Who leads, as a Lease says it: a plain value that is told what the Lease holds and answers what to do.
///
/// Time is measured here only: a Lease counts as held from the moment that a change of it was last seen, whatever the
/// clocks of others say. See https://kubernetes.io/docs/concepts/architecture/leases/#leader-election.
package struct LeaderElection: Sendable {
    /// How the election is set up.
    package struct Options: Sendable, Hashable {
        package var namespace: String
        package var name: String
        /// Who we are; different for each instance.
        package var identity: String
        /// After this time without a renewal the Lease is anybody's.
        package var leaseDuration: Duration
        /// After this time without a renewal of ours we stop.
        package var renewDeadline: Duration
        /// Between two looks.
        package var retryPeriod: Duration

        package init(
            namespace: String, name: String, identity: String, leaseDuration: Duration = .seconds(15),
            renewDeadline: Duration = .seconds(10), retryPeriod: Duration = .seconds(2)
        ) {
            self.namespace = namespace
            self.name = name
            self.identity = identity
            self.leaseDuration = leaseDuration
            self.renewDeadline = renewDeadline
            self.retryPeriod = retryPeriod
        }
    }

    /// The name of this machine, and something that no other instance has.
    package static func identity() -> String {
        "\(ProcessInfo.processInfo.hostName)_\(UUID().uuidString.lowercased())"
    }

    /// What a look at the Lease leads to.
    package enum Step: Sendable, Hashable {
        /// Somebody else leads.
        case wait(leader: String)
        /// To be created.
        case create(Document)
        /// To be written in the place of what was seen.
        case update(Document)
    }

    package let options: Options
    private var seen: Document?
    private var seenAt: ContinuousClock.Instant?
    /// When the Lease was last ours by a write that succeeded.
    private var renewedAt: ContinuousClock.Instant?

    package init(_ options: Options) {
        self.options = options
    }

    /// Whether we may go on writing at `now`.
    package func leads(at now: ContinuousClock.Instant) -> Bool {
        renewedAt.map { $0.duration(to: now) < options.renewDeadline } ?? false
    }

    /// `lease`: as it is now; `nil` if there is none.
    /// `time`: of the day, in RFC 3339 with microseconds, for the Lease.
    package mutating func look(
        _ lease: Document?, at now: ContinuousClock.Instant, time: String
    ) -> Step {
        guard let lease else { return .create(renewed(nil, time)) }
        if lease.spec != seen?.spec || lease.resourceVersion != seen?.resourceVersion {
            seen = lease
            seenAt = now
        }
        let holder = lease.spec["holderIdentity"].text
        let seconds = lease.spec["leaseDurationSeconds"]?.integer
        let duration = seconds.map { Duration.seconds($0) } ?? options.leaseDuration
        let isHeld = !holder.isEmpty && seenAt.map { $0.duration(to: now) < duration } ?? false
        if isHeld, holder != options.identity {
            renewedAt = nil
            return .wait(leader: holder)
        }
        return .update(renewed(lease, time))
    }

    /// A write has succeeded: the Lease is ours from the moment before the write on.
    package mutating func wrote(_ lease: Document, startedAt start: ContinuousClock.Instant) {
        renewedAt = start
        seen = lease
        seenAt = start
    }

    private func renewed(_ lease: Document?, _ time: String) -> Document {
        var new =
            lease
            ?? Document([
                "kind": "Lease", "apiVersion": "coordination.k8s.io/v1",
                "metadata": ["name": .string(options.name), "namespace": .string(options.namespace)],
            ])
        new.managedFields = []
        var spec = new.spec
        if spec["holderIdentity"].text != options.identity {
            spec["holderIdentity"] = .string(options.identity)
            spec["acquireTime"] = .string(time)
            spec["leaseTransitions"] = .integer(lease == nil ? 0 : spec["leaseTransitions"].number + 1)
        }
        spec["leaseDurationSeconds"] = .integer(options.leaseDuration.components.seconds)
        spec["renewTime"] = .string(time)
        new.spec = spec
        return new
    }
}
