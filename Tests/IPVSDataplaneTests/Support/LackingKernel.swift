import CLinux
import Netlink
import Synchronization

/// A kernel without anything: dumps are empty unless they are refused, and other requests are refused.
final class LackingKernel: NetlinkTransport {
    let portID: UInt32 = 1
    private let refusedDumps: Int32
    private let refusedRequests: Int32
    private let queue = Mutex<[[UInt8]]>([])

    /// The error numbers of the answers to dumps, 0 for none, and to other requests.
    init(dumps: Int32 = 0, requests: Int32) {
        refusedDumps = dumps
        refusedRequests = requests
    }

    func reserveSendBuffer(_ bytes: Int) {}

    func send(_ messages: [UInt8]) throws(NetlinkError) {
        var position = 0
        while position < messages.count {
            let bytes = messages.span.bytes
            let isDump = Int32(bytes.integer(at: position + 6, as: UInt16.self)) & NLM_F_DUMP == NLM_F_DUMP
            let sequence = bytes.integer(at: position + 8, as: UInt32.self)
            let errno = isDump ? refusedDumps : refusedRequests
            queue.withLock { $0.append(Self.answer(sequence, errno, isDump: isDump)) }
            position += Int(bytes.integer(at: position, as: UInt32.self))
        }
    }

    func receive(into buffer: inout [UInt8], wait: Bool) throws(NetlinkError) -> Int? {
        guard let next = queue.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else {
            if wait { throw NetlinkError(operation: "nobody answers", errno: 32 /* EPIPE */) }
            return nil
        }
        buffer.replaceSubrange(0..<next.count, with: next)
        return next.count
    }

    private static func answer(_ sequence: UInt32, _ errno: Int32, isDump: Bool) -> [UInt8] {
        let number = withUnsafeBytes(of: -errno) { [UInt8]($0) }
        var writer = MessageWriter()
        if isDump, errno == 0 {
            writer.message(type: UInt16(NLMSG_DONE), flags: UInt16(NLM_F_MULTI), sequence: sequence) {
                $0.append(contentsOf: number)
            }
        } else {
            writer.message(type: UInt16(NLMSG_ERROR), flags: UInt16(NLM_F_CAPPED), sequence: sequence) {
                $0.append(contentsOf: number + [UInt8](repeating: 0, count: 16))
            }
        }
        return writer.bytes
    }
}
