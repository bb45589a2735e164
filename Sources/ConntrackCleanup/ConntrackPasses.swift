import Conntrack
import InternetAddresses
import Netlink

/// Searches the kernel's table, pass by pass, over one socket. Blocks; used on one thread.
final class ConntrackPasses {
    /// Why a pass was not complete.
    enum Failure: Error {
        /// The table could not be read.
        case unreadable(NetlinkError)
        /// The kernel refused to delete an entry; the others are gone.
        case refused(NetlinkError)

        var error: NetlinkError {
            switch self {
            case .unreadable(let error), .refused(let error): error
            }
        }
    }

    private var connection: ConntrackConnection
    private let clock = ContinuousClock()

    init(_ transport: any NetlinkTransport) {
        connection = ConntrackConnection(transport)
    }

    /// Deletes the stale entries of each affected family, and reports on each. Throws the first failure, after
    /// searching all families.
    func carryOut(_ flows: StaleFlows, report: (ConntrackReport) -> Void) throws(Failure) {
        var failure: Failure?
        for family in IPFamily.allCases where flows.families.contains(family) {
            do throws(Failure) {
                try carryOut(flows, in: family, report: report)
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }

    private func carryOut(
        _ flows: StaleFlows, in family: IPFamily, report: (ConntrackReport) -> Void
    ) throws(Failure) {
        let start = clock.now
        let stale: [ConntrackEntry]
        do throws(NetlinkError) {
            stale = try connection.entries(family, .udp, where: flows.contains)
        } catch {
            throw .unreadable(error)
        }
        do throws(NetlinkError) {
            let deleted = try connection.delete(stale)
            report(.cleaned(family, deleted: deleted, took: start.duration(to: clock.now)))
        } catch {
            throw .refused(error)
        }
    }
}
