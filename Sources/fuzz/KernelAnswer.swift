import NFTables
import Netlink
import Synchronization

/// A kernel that answers each request with the same bytes: messages with corrected sequence numbers, then
/// the end of the dump.
final class KernelAnswer: NetlinkTransport {
    private struct State {
        var sequence: [UInt8] = [0, 0, 0, 0]
        var hasAnswered = false
    }

    /// The expectations of a reader of tables.
    static let sets = [
        NamedSet("frontends", key: [.destinationAddress, .transportProtocol, .destinationPort]),
        NamedSet("sources", key: [.sourceAddress], kind: .interval),
        NamedSet("dispatch", key: [.priority], value: .verdict),
    ]

    let portID: UInt32 = 1
    private let answer: [UInt8]
    private let state = Mutex(State())

    init(_ answer: [UInt8]) { self.answer = answer }

    func reserveSendBuffer(_ bytes: Int) {}

    func send(_ messages: [UInt8]) throws(NetlinkError) {
        state.withLock { $0 = State(sequence: Array(messages[8..<12])) }
    }

    func receive(into buffer: inout [UInt8], wait: Bool) throws(NetlinkError) -> Int? {
        // Nothing remains of earlier requests.
        guard wait else { return nil }
        let (sequence, isFirst) = state.withLock { state in
            defer { state.hasAnswered = true }
            return (state.sequence, !state.hasAnswered)
        }
        let bytes = isFirst && !answer.isEmpty ? numbered(sequence) : Self.end(sequence)
        let length = min(bytes.count, buffer.count)
        buffer.replaceSubrange(0..<length, with: bytes.prefix(length))
        return length
    }

    /// The answer with the request's number in each of its messages.
    private func numbered(_ sequence: [UInt8]) -> [UInt8] {
        var bytes = answer
        var position = 0
        while bytes.count - position >= 16 {
            bytes.replaceSubrange(position + 8..<position + 12, with: sequence)
            let length = Int(bytes[position]) | Int(bytes[position + 1]) << 8
            position += max(16, (length + 3) & ~3)
        }
        return bytes
    }

    /// NLMSG_DONE with result 0.
    private static func end(_ sequence: [UInt8]) -> [UInt8] {
        [20, 0, 0, 0, 3, 0, 2, 0] + sequence + [0, 0, 0, 0, 0, 0, 0, 0]
    }
}
