import CLinux
import Glibc
import InternetAddresses
import Synchronization

/// Carries connections on its own thread: waits for kernel events and moves bytes.
///
/// Confined to its thread; others write to its mailbox.
struct Worker: ~Copyable {
    let configuration: RelayConfiguration
    let mailbox: WorkerMailbox
    let load: RelayLoad
    var poller: Poller
    var supplies: RelaySupplies
    var connections = ConnectionTable()
    var calls: CallQueue
    var listeners: [UInt32: Listener] = [:]
    var datagrams: DatagramRelay
    /// Connections interrupted to give others their turn.
    private var interrupted: [UInt32] = []
    /// When accepting resumes; `nil` while accepting.
    var pausedUntil: UInt64?
    /// The time at which the current events were received.
    var now = MonotonicTime.now
    private var nextSweep: UInt64 = 0

    private static let sweepInterval: UInt64 = 30_000_000_000
    private static let pauseInterval: UInt64 = 50_000_000

    init(_ configuration: RelayConfiguration, mailbox: WorkerMailbox, load: RelayLoad) throws(RelayError) {
        self.configuration = configuration
        self.mailbox = mailbox
        self.load = load
        poller = try Poller(listeningTo: mailbox.descriptor)
        supplies = RelaySupplies(pipeLimit: max(1, configuration.pipeLimit / configuration.threads))
        calls = CallQueue(timeouts: configuration.callTimeouts)
        datagrams = DatagramRelay(configuration, load)
    }

    /// Works until it is told to stop.
    mutating func run() {
        Self.ignoreBrokenPipes()
        while true {
            let count = poller.wait(milliseconds: pause)
            now = MonotonicTime.now
            // First, because messages sent before an event apply to it.
            if (0..<count).contains(where: { poller.event($0).token.kind == .wake }), !obey() { return }
            for index in 0..<count {
                let (token, readiness) = poller.event(index)
                switch token.kind {
                case .client: clientIsReady(token, readiness)
                case .server: serverIsReady(token, readiness)
                case .listener: accept(token.index)
                case .datagramListener: datagrams.receive(token.index, &poller, at: now)
                case .datagramSession: datagrams.answer(token, at: now)
                case .wake, nil: break
                }
            }
            let turns = interrupted
            interrupted.removeAll(keepingCapacity: true)
            for index in turns where connections[index].phase == .relaying { relay(index) }
            while let call = calls.expired(at: now) { callTimedOut(call.token, attempt: call.attempt) }
            datagrams.expire(at: now)
            if let pausedUntil, now >= pausedUntil { resumeAccepting() }
            if now >= nextSweep { sweep() }
        }
    }

    /// Unlike send(2), splice(2) has no flag to suppress SIGPIPE, which goes to the calling thread.
    private static func ignoreBrokenPipes() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    /// In milliseconds, for epoll_wait(2).
    private var pause: Int32 {
        guard interrupted.isEmpty else { return 0 }
        var next: UInt64?
        for time in [calls.nextDeadline, datagrams.nextDeadline, pausedUntil] {
            if let time { next = min(next ?? time, time) }
        }
        if connections.count > 0 { next = min(next ?? nextSweep, nextSweep) }
        guard let next else { return -1 }
        return next <= now ? 0 : Int32(clamping: (next - now) / 1_000_000 + 1)
    }

    /// Gives others their turn before the connection continues.
    mutating func interrupt(_ index: UInt32) { interrupted.append(index) }

    /// Handles the mailbox; false to stop.
    private mutating func obey() -> Bool {
        for message in mailbox.take() {
            switch message {
            case .add(let listener, let id) where listener.socket.transport == .udp:
                datagrams.add(listener, id: id, &poller)
            case .add(let listener, let id):
                listeners[id] = listener
                if pausedUntil == nil {
                    _ = poller.add(listener.socket.descriptor, .sharedReading, Token(.listener, id))
                }
            case .remove(let id, let keepingSessions):
                if let listener = listeners.removeValue(forKey: id) { poller.remove(listener.socket.descriptor) }
                datagrams.remove(id: id, keepingSessions: keepingSessions, &poller)
            case .keepSessions(let id, let endpoints): datagrams.keepSessions(of: id, with: endpoints)
            case .stop:
                for index in connections.indices { finish(index) }
                datagrams.stop()
                return false
            }
        }
        return true
    }

    /// Leaves new connections to the kernel's queues for a moment.
    mutating func pauseAccepting() {
        guard pausedUntil == nil else { return }
        pausedUntil = now + Self.pauseInterval
        load.pauses.wrappingAdd(1, ordering: .relaxed)
        for listener in listeners.values { poller.remove(listener.socket.descriptor) }
    }

    private mutating func resumeAccepting() {
        guard load.connectionCount < configuration.connectionLimit else {
            pausedUntil = now + Self.pauseInterval
            return
        }
        pausedUntil = nil
        for (id, listener) in listeners {
            _ = poller.add(listener.socket.descriptor, .sharedReading, Token(.listener, id))
        }
    }

    /// Turns on keep-alive for lasting connections. The client's side inherits it from its listener; here it takes a
    /// few calls, which short connections avoid.
    private mutating func sweep() {
        nextSweep = now + Self.sweepInterval
        for index in connections.indices
        where connections[index].phase == .relaying && !connections[index].isKeptAlive
            && now - connections[index].called > Self.sweepInterval
        {
            connections[index].isKeptAlive = true
            ListeningSocket.keepAlive(connections[index].server)
        }
    }
}
