import BlockingThreads
import CLinux
package import Dataplane
import Glibc
import InternetAddresses
package import Logging
import NFTables
import Netlink
package import ServiceRouting

/// Programs nf_tables through netlink: one table for each IP family, a constant number of sets, a few elements for each
/// change.
///
/// All communication with the kernel runs on its own thread. Kernel 5.13 or later. docs/nftables.md
/// explains the layout.
package actor NFTablesDataplane: Dataplane {
    private nonisolated let thread: ThreadExecutor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    private let kernel: NFTablesProgrammer
    private let monitor: DamageMonitor
    private var isListening = false

    /// Opens the connection to the kernel and checks that it supports what is needed.
    ///
    /// Throws with code `permission` or `unsupported`, and what to do about it.
    package init(configuration: DataplaneConfiguration, logger: Logger) throws(DataplaneError) {
        do throws(ThreadError) { thread = try ThreadExecutor(name: "nftables") } catch {
            throw DataplaneError(.transient, "\(error)", cause: error)
        }
        do throws(NetlinkError) {
            let socket = try NetlinkSocket(family: NETLINK_NETFILTER)
            monitor = try DamageMonitor(ownPort: socket.portID)
            kernel = NFTablesProgrammer(socket, configuration, logger) { () throws(NetlinkError) in
                try NetlinkSocket(family: NETLINK_NETFILTER)
            }
        } catch {
            throw DataplaneError(error)
        }
        try kernel.probe()
    }

    package func prepare(_ change: RoutingChange) async {
        guard !isListening else { return }
        do throws(DataplaneError) { try kernel.prepare(change) } catch {
            kernel.link.logger.debug("cannot prepare: \(error)")
        }
    }

    package func synchronize(_ snapshot: RoutingSnapshot) async throws(DataplaneError) -> ProgrammingReport {
        let report = try kernel.synchronize(snapshot)
        try listen()
        return report
    }

    /// Listens for changes by others, once our own large one is done. The kernel's count of transactions
    /// shows earlier ones.
    private func listen() throws(DataplaneError) {
        guard !isListening else { return }
        do throws(NetlinkError) {
            try monitor.listen()
            isListening = true
            if try !kernel.link.isAlone() { monitor.post(DamageMonitor.Note()) }
        } catch {
            throw DataplaneError(error)
        }
    }

    package func apply(_ change: RoutingChange) async throws(DataplaneError) -> ProgrammingReport {
        try kernel.apply(change)
    }

    package func repair() async throws(DataplaneError) -> RepairReport? {
        while let note = await monitor.next() {
            do throws(DataplaneError) {
                if let report = try kernel.repair(culprit: note.culprit) { return report }
            } catch {
                // The damage is still there for the next attempt.
                monitor.post(note)
                throw error
            }
        }
        return nil
    }
}

extension DataplaneError {
    /// The error for the kernel's answer, in terms of its effect on Services.
    init(_ error: NetlinkError) {
        switch error.errno {
        case EPERM, EACCES:
            self.init(.permission, "nf_tables: \(error)", cause: error)
        case EPROTONOSUPPORT, EAFNOSUPPORT, EOPNOTSUPP:
            self.init(
                .unsupported,
                "nf_tables: \(error); this kernel needs CONFIG_NF_TABLES and CONFIG_NETFILTER_NETLINK (modprobe "
                    + "nf_tables)",
                cause: error)
        default:
            self.init(error.isTransient ? .transient : .refused, "nf_tables: \(error)", cause: error)
        }
    }
}
