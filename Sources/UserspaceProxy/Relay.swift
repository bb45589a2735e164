import BlockingThreads
import InternetAddresses
import Synchronization

/// Carries connections and datagrams from listening sockets to endpoints, on its own threads.
///
/// It knows nothing of Services: a ``Listener`` says which clients are admitted and where they go. The threads work in
/// the network namespace of the thread that created the relay. They end with ``stop()``.
package final class Relay: Sendable {
    /// Identifies a listener.
    package struct ListenerID: Sendable, Hashable {
        fileprivate var rawValue: UInt32
    }

    /// The current load.
    package let load = RelayLoad()
    private let mailboxes: [WorkerMailbox]
    private let nextID = Atomic<UInt32>(0)

    /// Starts the threads. Throws if the system refuses threads or descriptors.
    package init(_ configuration: RelayConfiguration) throws {
        var mailboxes: [WorkerMailbox] = []
        for _ in 0..<configuration.threads { mailboxes.append(try WorkerMailbox()) }
        self.mailboxes = mailboxes
        for (number, mailbox) in mailboxes.enumerated() {
            let start = WorkerStart(worker: try Worker(configuration, mailbox: mailbox, load: load))
            do {
                try OwnedThread.start(name: "relay \(number)") { start.run() }
            } catch {
                stop()
                throw error
            }
        }
    }

    /// Starts accepting a listener's connections.
    package func add(_ listener: Listener) -> ListenerID {
        let id = ListenerID(rawValue: nextID.wrappingAdd(1, ordering: .relaxed).oldValue)
        if listener.socket.transport == .udp {
            // All datagrams of a client must reach the same table of sessions.
            owner(of: id).post(.add(listener, id: id.rawValue))
        } else {
            for mailbox in mailboxes { mailbox.post(.add(listener, id: id.rawValue)) }
        }
        return id
    }

    /// Stops accepting connections. Accepted ones continue; UDP sessions end, unless they are kept: then they are
    /// answered until they expire. Soon after, the listener's socket is closed, unless it has other owners.
    package func remove(_ id: ListenerID, keepingSessions: Bool = false) {
        for mailbox in mailboxes { mailbox.post(.remove(id: id.rawValue, keepingSessions: keepingSessions)) }
    }

    /// Ends UDP sessions with endpoints not among these: their clients begin new ones with their next datagram.
    package func keepSessions(of id: ListenerID, with endpoints: Set<RelayAddress>) {
        owner(of: id).post(.keepSessions(id: id.rawValue, with: endpoints))
    }

    /// Ends all connections and the threads. May be called more than once.
    package func stop() {
        for mailbox in mailboxes { mailbox.post(.stop) }
    }

    private func owner(of id: ListenerID) -> WorkerMailbox { mailboxes[Int(id.rawValue) % mailboxes.count] }
}

/// Moves a worker to its thread.
private final class WorkerStart: Sendable {
    private let worker: Mutex<Worker?>

    init(worker: consuming Worker) { self.worker = Mutex(worker) }

    func run() {
        let taken: Worker? = worker.withLock { $0.take() }
        if var worker = consume taken { worker.run() }
    }
}
