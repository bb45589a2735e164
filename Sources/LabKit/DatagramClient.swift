import Glibc
import Synchronization

/// A client that sends repeatedly from one connected UDP socket, as resolvers do: its source port stays the same, so
/// the kernel tracks everything it sends as one connection.
package final class DatagramClient: Sendable {
    private let namespace: NetworkNamespace
    private let socket: Descriptor
    private let questions = Atomic(0)

    fileprivate init(_ socket: consuming Descriptor, in namespace: NetworkNamespace) {
        self.socket = socket
        self.namespace = namespace
    }

    /// Sends a datagram and waits for the answer of a ``NetworkNamespace/serve(_:over:)``. One call at a time.
    ///
    /// Without an answer it takes `timeout`, which a slow machine must not need.
    package func ask(timeout: Duration = .answer) async throws -> ConnectionOutcome {
        let number = questions.add(1, ordering: .relaxed).newValue
        return await namespace.ask("\(number)", socket.number, until: .now + timeout)
    }
}

extension Client {
    /// Opens a socket with a fixed port. Throws if that fails; nothing is sent yet.
    package func datagramClient(to target: SocketAddress) async throws -> DatagramClient {
        try await namespace.datagramClient(to: target, from: source(for: target))
    }
}

extension NetworkNamespace {
    fileprivate func datagramClient(to target: SocketAddress, from source: String?) throws -> DatagramClient {
        let socket = try target.socket(.udp)
        try bind(socket.number, from: source, to: target)
        guard try target.withSockAddr({ Glibc.connect(socket.number, $0, $1) }) == 0 else {
            throw LabError.system("cannot connect a UDP socket to \(target) in \(name)")
        }
        return DatagramClient(socket, in: self)
    }

    fileprivate func ask(
        _ question: String, _ socket: Int32, until deadline: ContinuousClock.Instant
    ) async -> ConnectionOutcome {
        var reply = [UInt8](repeating: 0, count: 512)
        // A late error belongs to the previous question, not this one.
        while recv(socket, &reply, reply.count, 0) >= 0 || errno != EAGAIN {}
        // EPERM: this machine's own rules refused the datagram. Whether they did so silently or with an
        // error is read below.
        let length = question.utf8.count
        guard send(socket, question, length, 0) == length || errno == EPERM else { return .failure(errno) }
        while await thread.wait(for: .readable, on: socket, until: deadline) {
            let count = recv(socket, &reply, reply.count, 0)
            guard count >= 0 else { return .failure(errno) }
            let text = String(decoding: reply.prefix(count), as: UTF8.self)
            // Others are late answers to earlier questions.
            if text.hasSuffix("|\(question)") { return .reply(text) }
        }
        return .noAnswer
    }
}
