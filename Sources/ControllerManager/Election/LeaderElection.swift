import Foundation
package import KubernetesObjects

/// Leader election through a Lease, as a plain value: takes the state of the Lease and returns what to do.
///
/// Only the local clock counts: a Lease is held from the moment its last change was observed, whatever other clocks
/// say. See https://kubernetes.io/docs/concepts/architecture/leases/#leader-election.
package struct LeaderElection: Sendable {
    /// The settings of the election.
    package struct Options: Sendable, Hashable {
        package var namespace: String
        package var name: String
        /// Our identity, unique to each instance.
        package var identity: String
        /// After this time without a renewal any instance may take the Lease.
        package var leaseDuration: Duration
        /// After this time without renewing we stop.
        package var renewDeadline: Duration
        /// The interval between checks.
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

    /// The name of this machine, and a unique suffix.
    package static func identity() -> String {
        "\(ProcessInfo.processInfo.hostName)_\(UUID().uuidString.lowercased())"
    }

    /// The action after a check of the Lease.
    package enum Step: Sendable, Hashable {
        /// Another instance leads.
        case wait(leader: String)
        /// Create the Lease.
        case create(Document)
        /// Replace the Lease.
        case update(Document)
    }

    package let options: Options
    private var seen: Document?
    private var seenAt: ContinuousClock.Instant?
    /// The start of the last successful write of the Lease.
    private var renewedAt: ContinuousClock.Instant?

    package init(_ options: Options) {
        self.options = options
    }

    /// Whether we may still write at `now`.
    package func leads(at now: ContinuousClock.Instant) -> Bool {
        renewedAt.map { $0.duration(to: now) < options.renewDeadline } ?? false
    }

    /// `lease`: the current one; `nil` if there is none. `time`: the wall clock in RFC 3339 with
    /// microseconds, for the Lease.
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

    /// A write has succeeded: the Lease is ours, counted from before the write.
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
