import BlockingThreads
import DaemonKit
import Glibc
import IPVSDataplane
package import InternetAddresses
package import Logging
package import Mailboxes
import Netlink
import Routes
import Synchronization

/// Follows the addresses of this machine through rtnetlink, so that node ports open on those that arrive later.
package struct AddressWatch: Sendable {
    private let latest: Mailbox<[IPAddress]?>
    private let logger: Logger

    /// How soon after a failure to listen the next attempt is made.
    private static let retryInterval = Duration.seconds(30)

    /// Leaves all addresses of the machine in `latest` whenever they may have changed.
    package init(posting latest: Mailbox<[IPAddress]?>, logger: Logger) {
        self.latest = latest
        self.logger = logger
    }

    /// Runs until the task is cancelled, and throws `CancellationError` then.
    package func run() async throws {
        while true {
            do {
                try await follow()
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                logger.warning("node ports do not follow changes of this machine's addresses for now: \(error)")
            }
            try await Task.sleep(for: Self.retryInterval)
        }
    }

    /// Waits for events on a thread of its own, because reading blocks.
    private func follow() async throws {
        let end = Mailbox<(any Error)?>(nil)
        let following = Following(latest: latest, end: end)
        try OwnedThread.start(name: "addresses") { following.run() }
        defer { following.stop() }
        guard let error = await end.next({ $0.take() }) else { throw CancellationError() }
        throw error
    }
}

/// What the thread does.
private final class Following: Sendable {
    private let latest: Mailbox<[IPAddress]?>
    private let end: Mailbox<(any Error)?>
    private let isWanted = Mutex(true)

    init(latest: Mailbox<[IPAddress]?>, end: Mailbox<(any Error)?>) {
        self.latest = latest
        self.end = end
    }

    func stop() { isWanted.withLock { $0 = false } }

    func run() {
        do {
            var listener = try AddressListener(timeout: .milliseconds(250))
            // Listed after the listener was made, so that no change falls in between.
            try post()
            while isWanted.withLock({ $0 }) {
                do throws(NetlinkError) {
                    if try listener.events(wait: true).isEmpty { continue }
                } catch {
                    // Nothing happened until the timeout.
                    if error.errno == EAGAIN { continue }
                    throw error
                }
                try post()
            }
        } catch {
            end.post { $0 = error }
        }
    }

    private func post() throws {
        let addresses = try AddressWatch.machineAddresses()
        latest.post { $0 = addresses }
    }
}

extension AddressWatch {
    /// The machine's addresses now, without those that ipvs mode gives its interface.
    static func machineAddresses() throws -> [IPAddress] {
        try Machine.addresses(except: [IPVSDataplane.interfaceName])
    }
}
