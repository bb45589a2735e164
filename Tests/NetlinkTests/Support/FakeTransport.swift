import Glibc
import Netlink
import Synchronization

/// A kernel with scripted answers, pending from the start or after a request.
final class FakeTransport: NetlinkTransport {
    enum Step: Sendable {
        case datagram([UInt8])
        case failure(Int32)
    }

    private struct State {
        var queue: [Step]
        var sent: [[UInt8]] = []
        var reserved: [Int] = []
    }

    let portID: UInt32 = 4711
    private let state: Mutex<State>
    private let answer: @Sendable (_ request: [UInt8]) -> [Step]

    /// `stale` is pending before the first request; `answer` is called for each request.
    init(stale: [Step] = [], answer: @escaping @Sendable (_ request: [UInt8]) -> [Step] = { _ in [] }) {
        state = Mutex(State(queue: stale))
        self.answer = answer
    }

    var sent: [[UInt8]] { state.withLock { $0.sent } }
    var reserved: [Int] { state.withLock { $0.reserved } }
    /// Unread answers.
    var unread: Int { state.withLock { $0.queue.count } }

    func reserveSendBuffer(_ bytes: Int) { state.withLock { $0.reserved.append(bytes) } }

    func send(_ messages: [UInt8]) throws(NetlinkError) {
        let steps = answer(messages)
        state.withLock { state in
            state.sent.append(messages)
            state.queue += steps
        }
    }

    func receive(into buffer: inout [UInt8], wait: Bool) throws(NetlinkError) -> Int? {
        switch state.withLock({ $0.queue.isEmpty ? nil : $0.queue.removeFirst() }) {
        case .datagram(let bytes):
            guard bytes.count <= buffer.count else { throw NetlinkError(operation: "receive", errno: EMSGSIZE) }
            buffer.replaceSubrange(0..<bytes.count, with: bytes)
            return bytes.count
        case .failure(let errno): throw NetlinkError(operation: "receive", errno: errno)
        case nil:
            // A real socket would wait forever.
            if wait { throw NetlinkError(operation: "the script is at its end", errno: EPIPE) }
            return nil
        }
    }
}
