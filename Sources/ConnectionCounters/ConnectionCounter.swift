package import BlockingThreads
import CLinux
import Glibc
import InternetAddresses
package import Mailboxes
package import Netlink
package import ServiceRouting

/// Has the kernel count the connections to each Service port, whatever mode carries them.
///
/// The kernel pays one lookup for the first packet of each connection, and nothing for the others. Works on a thread of
/// its own, behind the rules: a Service is counted a moment after it is programmed. What it makes in the kernel goes
/// with the process, however that ends. Kernel 5.13 or later.
package actor ConnectionCounter {
    private nonisolated let executor: any SerialExecutor
    private let changes: Mailbox<CountedChanges>
    private let layout: CounterLayout
    private let pause: Duration
    private let open: @Sendable () throws(NetlinkError) -> any NetlinkTransport
    private let report: @Sendable (String) -> Void
    private var kernel: CounterKernel?
    private var routes = CountedRoutes()
    /// What was reported last, not to be repeated.
    private var reported: String?

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// A counter for the network namespace in which `executor` runs its jobs, or of this process.
    ///
    /// The caller merges what it has programmed into `changes`. `hasOpenNodePorts` is whether node ports may be open on
    /// all addresses. `report` is called with why connections are not counted for now; after that, the counter tries
    /// again each `pause`.
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

    /// How many connections each Service port has had since the process started to count them. A connection that was
    /// refused counts too.
    package func totals() -> [RouteKey: UInt64] {
        guard let kernel else { return routes.totals }
        do throws(NetlinkError) { routes.take(try kernel.counts()) } catch {
            // What was known before is told; the next change finds out what is wrong.
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
        // What is removed has counted until now.
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

    /// Nobody knows what the kernel holds: the table goes with the socket, and the next attempt makes another.
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
