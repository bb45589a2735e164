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

/// Follows the machine's addresses through rtnetlink, so that node ports open on later ones.
package struct AddressWatch: Sendable {
    private let latest: Mailbox<[IPAddress]?>
    private let logger: Logger

    /// The pause after a failure to listen.
    private static let retryInterval = Duration.seconds(30)

    /// Posts all addresses of the machine to `latest` whenever they may have changed.
    package init(posting latest: Mailbox<[IPAddress]?>, logger: Logger) {
        self.latest = latest
        self.logger = logger
    }

    /// Runs until the task is cancelled, then throws `CancellationError`.
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

    /// Waits for events on its own thread, because reading blocks.
    private func follow() async throws {
        let end = Mailbox<(any Error)?>(nil)
        let following = Following(latest: latest, end: end)
        try OwnedThread.start(name: "addresses") { following.run() }
        defer { following.stop() }
        guard let error = await end.next({ $0.take() }) else { throw CancellationError() }
        throw error
    }
}

/// The thread's body.
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
            // Listed after creating the listener, so that no change is missed.
            try post()
            while isWanted.withLock({ $0 }) {
                do throws(NetlinkError) {
                    if try listener.events(wait: true).isEmpty { continue }
                } catch {
                    // Timed out.
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
    /// The machine's current addresses, without those of ipvs mode's interface.
    static func machineAddresses() throws -> [IPAddress] {
        try Machine.addresses(except: [IPVSDataplane.interfaceName])
    }
}
