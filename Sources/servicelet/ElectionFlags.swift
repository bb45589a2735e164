import ArgumentParser
import ControllerManager

/// Election among several instances; the names are kube-controller-manager's.
struct ElectionFlags: ParsableArguments {
    @Flag(inversion: .prefixedNo, help: "Work only while holding a Lease that other instances share.")
    var leaderElect = true

    @Option(help: "The namespace of the Lease.")
    var leaderElectResourceNamespace = "kube-system"

    @Option(help: "The name of the Lease.")
    var leaderElectResourceName = "servicelet-controller"

    @Option(help: "Seconds after which others take over from an instance that no longer renews the Lease.")
    var leaderElectLeaseDuration = 15

    @Option(help: "Seconds after which an instance stops that cannot renew the Lease.")
    var leaderElectRenewDeadline = 10

    @Option(help: "Seconds between two looks at the Lease.")
    var leaderElectRetryPeriod = 2

    /// `nil` without an election.
    func options() throws -> LeaderElection.Options? {
        guard leaderElect else { return nil }
        guard leaderElectRetryPeriod >= 1, leaderElectRenewDeadline > leaderElectRetryPeriod,
            leaderElectLeaseDuration > leaderElectRenewDeadline
        else {
            throw ValidationError(
                "--leader-elect-lease-duration has to be longer than --leader-elect-renew-deadline, and that longer "
                    + "than --leader-elect-retry-period"
            )
        }
        return LeaderElection.Options(
            namespace: leaderElectResourceNamespace, name: leaderElectResourceName,
            identity: LeaderElection.identity(), leaseDuration: .seconds(leaderElectLeaseDuration),
            renewDeadline: .seconds(leaderElectRenewDeadline), retryPeriod: .seconds(leaderElectRetryPeriod))
    }
}
