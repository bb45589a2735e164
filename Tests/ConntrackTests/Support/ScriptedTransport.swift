import CLinux
import Netlink
import Synchronization

/// A kernel with scripted answers.
final class ScriptedTransport: NetlinkTransport {
    enum Answer: Sendable {
        case datagram([UInt8])
        case failure(Int32)
    }

    private struct State {
        var requests: [[UInt8]] = []
        var queue: [Answer] = []
    }

    let portID: UInt32 = 1
    private let state = Mutex(State())
    private let answer: @Sendable (_ number: Int, _ sequence: UInt32) -> [Answer]

    /// `answer` receives the number of the request, from 0, and the sequence number of its first message.
    init(answer: @escaping @Sendable (_ number: Int, _ sequence: UInt32) -> [Answer]) { self.answer = answer }

    var requests: [[UInt8]] { state.withLock { $0.requests } }

    func reserveSendBuffer(_ bytes: Int) {}

    func send(_ messages: [UInt8]) throws(NetlinkError) {
        let sequence = messages.span.bytes.integer(at: 8, as: UInt32.self)
        state.withLock { state in
            state.queue += answer(state.requests.count, sequence)
            state.requests.append(messages)
        }
    }

    func receive(into buffer: inout [UInt8], wait: Bool) throws(NetlinkError) -> Int? {
        switch state.withLock({ $0.queue.isEmpty ? nil : $0.queue.removeFirst() }) {
        case .datagram(let bytes):
            buffer.replaceSubrange(0..<bytes.count, with: bytes)
            return bytes.count
        case .failure(let errno): throw NetlinkError(operation: "receive", errno: errno)
        case nil:
            if wait { throw NetlinkError(operation: "the script is at its end", errno: 32 /* EPIPE */) }
            return nil
        }
    }

    /// One message with this payload.
    static func message(_ type: UInt16, _ sequence: UInt32, flags: Int32 = NLM_F_MULTI, _ payload: [UInt8]) -> Answer {
        var writer = MessageWriter()
        writer.message(type: type, flags: UInt16(flags), sequence: sequence) { $0.append(contentsOf: payload) }
        return .datagram(writer.bytes)
    }

    static func done(_ sequence: UInt32, flags: Int32 = NLM_F_MULTI) -> Answer {
        message(UInt16(NLMSG_DONE), sequence, flags: flags, [0, 0, 0, 0])
    }

    static func refusal(_ sequence: UInt32, _ errno: Int32) -> Answer {
        let number = withUnsafeBytes(of: -errno) { [UInt8]($0) }
        return message(
            UInt16(NLMSG_ERROR), sequence, flags: NLM_F_CAPPED, number + [UInt8](repeating: 0, count: 16))
    }
}
