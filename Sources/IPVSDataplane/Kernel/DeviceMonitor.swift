import BlockingThreads
import Dataplane
import Glibc
import Mailboxes
import Netlink
import Routes

/// Reports changes by others to the interface of Services' addresses, and a tick once a second.
///
/// A thread of its own waits for the kernel's messages. It stops when the monitor is released.
final class DeviceMonitor: Sendable {
    /// A reason to look.
    enum Note: Sendable, Hashable {
        /// A second has passed.
        case tick
        /// Our interface or its addresses have changed, or so much happened that this cannot be excluded.
        case damage
    }

    private struct State: Sendable {
        var device: UInt32?
        var note: Note?
    }

    private let mailbox = Mailbox(State())

    /// Begins to listen in the network namespace of the calling thread; `ownPort` is the port of our own changes.
    init(ownPort: UInt32, tick: Duration = .seconds(1)) throws(DataplaneError) {
        do throws(NetlinkError) {
            let listener = ListenerBox(try AddressListener(ignoring: ownPort, timeout: .milliseconds(250)))
            try start(listener, tick)
        } catch {
            throw DataplaneError(error, "cannot listen to changes of interfaces")
        }
    }

    /// The thread must not keep the monitor alive, so it checks periodically whether that still exists.
    private func start(_ listener: ListenerBox, _ tick: Duration) throws(NetlinkError) {
        do throws(ThreadError) {
            try OwnedThread.start(name: "ipvs-events") { [weak self] in
                var lastTick = ContinuousClock.now
                while self != nil {
                    let events = listener.next()
                    guard let monitor = self else { return }
                    if !events.isEmpty { monitor.take(events) }
                    if ContinuousClock.now - lastTick >= tick {
                        lastTick = .now
                        monitor.mailbox.post { if $0.note == nil { $0.note = .tick } }
                    }
                }
            }
        } catch {
            throw NetlinkError(operation: "listen for changes", errno: error.errno, kernelMessage: "\(error)")
        }
    }

    /// Sets which interface is ours.
    func watch(_ device: UInt32?) { mailbox.withContents { $0.device = device } }

    /// Waits for a reason to look. Returns `nil` when the task is cancelled.
    func next() async -> Note? { await mailbox.next { $0.note.take() } }

    /// Keeps a reason to look that could not be handled now.
    func post(_ note: Note) { mailbox.post { $0.note = note } }

    private func take(_ events: [AddressListener.Event]) {
        let device = mailbox.withContents { $0.device }
        guard let device, events.contains(where: { $0.concerns(device) }) else { return }
        post(.damage)
    }
}

extension AddressListener.Event {
    fileprivate func concerns(_ device: UInt32) -> Bool {
        switch self {
        case .addressAdded(let address), .addressRemoved(let address): address.linkIndex == device
        case .linkRemoved(let link): link.index == device
        case .linkAdded: false
        case .missedEvents: true
        }
    }
}

/// Passes the listener to the only thread that uses it.
private final class ListenerBox: @unchecked Sendable {
    private var listener: AddressListener

    init(_ listener: consuming AddressListener) { self.listener = listener }

    /// The events; none after a quiet interval.
    func next() -> [AddressListener.Event] {
        do throws(NetlinkError) {
            return try listener.events(wait: true)
        } catch {
            // EAGAIN is a timeout. After any other error, anything may have happened.
            guard error.errno != EAGAIN else { return [] }
            usleep(100_000)
            return [.missedEvents]
        }
    }
}
