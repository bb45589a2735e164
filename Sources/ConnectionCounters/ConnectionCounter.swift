package import BlockingThreads
import CLinux
import Glibc
import InternetAddresses
package import Mailboxes
package import Netlink
package import ServiceRouting

/// Makes the kernel count the connections to each Service port, in any mode.
///
/// The cost is one lookup for the first packet of each connection, and nothing for others. Works on its own thread,
/// after the rules: a Service is counted a moment after it is programmed. The kernel removes its table when the process
/// ends in any way. Kernel 5.13 or later.
package actor ConnectionCounter {
    private nonisolated let executor: any SerialExecutor
    private let changes: Mailbox<CountedChanges>
    private let layout: CounterLayout
    private let pause: Duration
    private let open: @Sendable () throws(NetlinkError) -> any NetlinkTransport
    private let report: @Sendable (String) -> Void
    private var kernel: CounterKernel?
    private var routes = CountedRoutes()
    /// The last report, which is not repeated.
    private var reported: String?

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// A counter for the network namespace in which `executor` runs its jobs, or of this process.
    ///
    /// The caller merges what it has programmed into `changes`. `hasOpenNodePorts` says whether node ports may be open
    /// on all addresses. `report` is called with the reason if connections are currently not counted; then the counter
    /// retries after each `pause`.
    package init(
        _ changes: Mailbox<CountedChanges>, hasOpenNodePorts: Bool, executor: (any SerialExecutor)? = nil,
        pause: Duration = .seconds(5),
        open: @escaping @Sendable () throws(NetlinkError) -> any NetlinkTransport = { () throws(NetlinkError) in
            try NetlinkSocket(family: NETLINK_NETFILTER)
        },
        report: @escaping @Sendable (String) -> Void
    ) throws(ThreadError) {
        if let executor { self.executor = executor } else { self.executor = try ThreadExecutor(name: "connections") }
        self.changes = changes
        layout = CounterLayout(hasOpenNodePorts: hasOpenNodePorts)
        self.pause = pause
        self.open = open
        self.report = report
    }

    /// Follows the changes until the task is cancelled.
    package func run() async {
        while let arrived = await changes.next(Self.take) {
            do throws(NetlinkError) {
                try follow(arrived)
                reported = nil
            } catch {
                startOver(error)
                changes.withContents { contents in
                    var all = arrived
                    all.merge(contents)
                    contents = all
                }
                do { try await Task.sleep(for: pause) } catch { return }
            }
        }
    }

    /// The number of connections to each Service port since the process began counting. Refused connections count too.
    package func totals() -> [RouteKey: UInt64] {
        guard let kernel else { return routes.totals }
        do throws(NetlinkError) { routes.take(try kernel.counts()) } catch {
            // Returns the last known counts; the next change finds the fault.
            tell("connections cannot be read: \(error)")
        }
        return routes.totals
    }

    private static func take(_ changes: inout CountedChanges) -> CountedChanges? {
        guard !changes.isEmpty else { return nil }
        defer { changes = CountedChanges() }
        return changes
    }

    private func follow(_ changes: CountedChanges) throws(NetlinkError) {
        let kernel = try readyKernel()
        let edits = routes.edits(changes)
        // Read the counts of places before they are removed.
        if !edits.removed.isEmpty { routes.take(try kernel.counts(of: edits.removed)) }
        if !edits.isEmpty { try kernel.commit(edits) }
        routes.commit(changes)
    }

    private func readyKernel() throws(NetlinkError) -> CounterKernel {
        if let kernel { return kernel }
        let new = try CounterKernel(try open(), layout)
        try new.commit(CountedRoutes.Edits(added: Set(routes.allPlaces)))
        kernel = new
        return new
    }

    /// The kernel's state is unknown: the table is deleted with the socket, and the next attempt creates another.
    private func startOver(_ error: NetlinkError) {
        kernel = nil
        routes.restart()
        tell("connections are not counted for now: \(error)")
    }

    private func tell(_ text: String) {
        guard text != reported else { return }
        reported = text
        report(text)
    }
}
