import BlockingThreads
import CLinux
import Glibc
import Synchronization
import UserspaceProxy

/// Answers other processes of this mode in the network namespace: lists what is served, and hands the sockets over to
/// the next proxy. Runs on its own thread until it is released.
final class ControlServer: Sendable {
    private let core: ControlCore

    /// Throws if the system refuses a thread; `nil` if the name is in use.
    init?(_ listeners: OpenListeners, handover: Handover) throws(ThreadError) {
        let descriptor = CLinux_abstract_socket(ControlSocket.name, true)
        guard descriptor >= 0 else { return nil }
        let core = ControlCore(descriptor, listeners, handover)
        self.core = core
        try OwnedThread.start(name: "control") { core.run() }
    }

    deinit { core.stop() }
}

/// The thread's body.
private final class ControlCore: Sendable {
    /// `nil` once closed, which frees its name for the next process.
    private let descriptor: Mutex<CInt?>
    private let listeners: OpenListeners
    private let handover: Handover

    /// The number of descriptors in one message; the kernel allows 253.
    private static let batch = 100
    /// The number of clients in one message; each line has at most 102 bytes.
    private static let clientBatch = 300
    /// Seconds within which another process must answer, and within which the next proxy must have programmed.
    private static let patience = 5
    private static let handoverPatience = 120
    /// How often, and in which intervals in microseconds, to ask whether a change of the kernel state has ended.
    private static let agreementAttempts = 150
    private static let agreementPause: UInt32 = 20_000

    init(_ descriptor: CInt, _ listeners: OpenListeners, _ handover: Handover) {
        self.descriptor = Mutex(descriptor)
        self.listeners = listeners
        self.handover = handover
    }

    deinit { release() }

    /// Ends the thread.
    func stop() {
        descriptor.withLock { if let number = $0 { shutdown(number, Int32(SHUT_RDWR)) } }
    }

    private func release() {
        descriptor.withLock { descriptor in
            if let number = descriptor { close(number) }
            descriptor = nil
        }
    }

    func run() {
        // Only this thread closes it.
        while let number = descriptor.withLock({ $0 }) {
            let client = accept(number, nil, nil)
            if client < 0 {
                guard errno == ECONNABORTED || errno == EINTR else { return }
                continue
            }
            _ = fcntl(client, F_SETFD, FD_CLOEXEC)
            serve(client)
        }
    }

    private func serve(_ client: CInt) {
        guard let socket = ControlSocket(client, timeout: Self.patience), let request = socket.receive()?.text else {
            return
        }
        switch request {
        case "inspect": describe(socket)
        case "take": handOver(socket)
        case "retire": retire(socket)
        default: break
        }
    }

    private func describe(_ socket: borrowing ControlSocket) {
        guard socket.send(lines: listeners.all.lazy.flatMap { ListenerText.lines($0.text) }) else { return }
        _ = socket.send(ListenerText.end)
    }

    /// Sends all sockets and clients' affinity, and stops serving once the other process says that it serves.
    private func handOver(_ socket: borrowing ControlSocket) {
        let all = listeners.all
        for start in stride(from: 0, to: all.count, by: Self.batch) {
            let part = all[start..<min(start + Self.batch, all.count)]
            let text = part.compactMap { ListenerText.lines($0.text).first }.joined(separator: "\n")
            guard socket.send(text, part.map(\.socket.descriptor)) else { return }
        }
        let relays = Dictionary(all.map { ($0.plan.route, $0.relay) }, uniquingKeysWith: { first, _ in first })
        for (route, relay) in relays {
            for (key, affinities) in relay.affinities(of: route) {
                for start in stride(from: 0, to: affinities.count, by: Self.clientBatch) {
                    let part = affinities[start..<min(start + Self.clientBatch, affinities.count)]
                    guard socket.send(lines: AffinityText.lines(key, Array(part))) else { return }
                }
            }
        }
        guard socket.send(ListenerText.end), socket.wait(atMost: Self.handoverPatience),
            socket.receive()?.text == "taken"
        else {
            return
        }
        finish(.taken, socket)
    }

    /// Leaves the kernel state to a proxy in another mode, and stops serving once that has removed it. If it never says
    /// so, this process serves on, and repairs.
    private func retire(_ socket: borrowing ControlSocket) {
        handover.reach(.asked)
        // While repairs fail there is a pause between them, in which nothing is written.
        for _ in 0..<Self.agreementAttempts where handover.stage != .yielding { usleep(Self.agreementPause) }
        handover.agree()
        guard socket.send("yours"), socket.wait(atMost: Self.handoverPatience), socket.receive()?.text == "taken" else {
            return handover.reach(.none)
        }
        finish(.retired, socket)
    }

    private func finish(_ stage: Handover.Stage, _ socket: borrowing ControlSocket) {
        handover.reach(stage)
        release()
        _ = socket.send("bye")
    }
}
