import Conntrack
import InternetAddresses
import Netlink

/// One look through the kernel's table after the other, on the same socket. Blocks; used on one thread.
final class ConntrackPasses {
    private var connection: ConntrackConnection
    private let clock = ContinuousClock()

    init(_ transport: any NetlinkTransport) {
        connection = ConntrackConnection(transport)
    }

    /// Removes the stale entries of each family that is concerned, and reports each family.
    func carryOut(
        _ cleanup: ConntrackCleanup, report: (ConntrackReport) -> Void
    ) throws(NetlinkError) {
        for family in IPFamily.allCases where cleanup.families.contains(family) {
            let start = clock.now
            let stale = try connection.entries(family, .udp, where: cleanup.isStale)
            let deleted = try connection.delete(stale)
            report(.cleaned(family, deleted: deleted, took: start.duration(to: clock.now)))
        }
    }
}
