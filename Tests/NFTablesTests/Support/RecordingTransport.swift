import CLinux
import Netlink
import Synchronization

/// A kernel that records all messages and accepts them.
final class RecordingTransport: NetlinkTransport {
    private struct State {
        var sent: [[UInt8]] = []
        var answers: [[UInt8]] = []
        var reserved: [Int] = []
    }

    let portID: UInt32 = 1
    private let state = Mutex(State())

    /// The bytes sent, with sequence numbers counted from 0.
    var sent: [[UInt8]] { state.withLock { $0.sent } }
    var reserved: [Int] { state.withLock { $0.reserved } }

    func reserveSendBuffer(_ bytes: Int) { state.withLock { $0.reserved.append(bytes) } }

    func send(_ messages: [UInt8]) throws(NetlinkError) {
        var numbered = messages
        var writer = MessageWriter()
        var position = 0
        let first = messages.span.bytes.integer(at: 8, as: UInt32.self)
        while position < messages.count {
            let bytes = messages.span.bytes
            let sequence = bytes.integer(at: position + 8, as: UInt32.self)
            numbered.replaceSubrange(position + 8..<position + 12, with: [UInt8(sequence &- first), 0, 0, 0])
            if bytes.integer(at: position + 6, as: UInt16.self) & UInt16(NLM_F_ACK) != 0 {
                // struct nlmsgerr: errno 0, and the header of the message
                writer.message(type: UInt16(NLMSG_ERROR), flags: UInt16(NLM_F_CAPPED), sequence: sequence) { writer in
                    writer.append(contentsOf: [UInt8](repeating: 0, count: 20))
                }
            }
            position += (Int(bytes.integer(at: position, as: UInt32.self)) + 3) & ~3
        }
        let answers = writer.bytes
        state.withLock { state in
            state.sent.append(numbered)
            state.answers.append(answers)
        }
    }

    func receive(into buffer: inout [UInt8], wait: Bool) throws(NetlinkError) -> Int? {
        guard let answer = state.withLock({ $0.answers.isEmpty ? nil : $0.answers.removeFirst() }) else { return nil }
        buffer.replaceSubrange(0..<answer.count, with: answer)
        return answer.count
    }
}
