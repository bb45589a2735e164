import Netlink
import Synchronization

/// A socket that loses, delays and corrupts messages as instructed, and records what was sent.
final class FaultyTransport: NetlinkTransport {
    enum Fault {
        /// The next batch is sent.
        case none
        /// The next batch is not sent, with this error.
        case sendFails(Int32)
        /// The next batch is not sent, without an error.
        case batchIsLost
        /// The next batch is sent, and this error replaces the answer.
        case answerFails(Int32)
        /// The next query fails with this error.
        case requestFails(Int32)
        /// The first answer to the next dump reports a change meanwhile (`NLM_F_DUMP_INTR`).
        case dumpIsInterrupted
    }

    private struct State {
        var batches: [[UInt8]] = []
        var faults: [Fault] = []
        var answerError: Int32?
        var garble: (@Sendable ([UInt8]) -> [UInt8])?
    }

    private let socket: NetlinkSocket
    private let state = Mutex(State())

    init(_ socket: NetlinkSocket) {
        self.socket = socket
    }

    var portID: UInt32 { socket.portID }

    /// The batches sent, without queries.
    var batches: [[UInt8]] { state.withLock { $0.batches } }

    /// Whether all faults have happened.
    var isExhausted: Bool { state.withLock { $0.faults.isEmpty } }

    /// These faults happen one after another.
    func inject(_ faults: Fault...) { state.withLock { $0.faults.append(contentsOf: faults) } }

    /// Every batch goes through `body` from now on.
    func garble(_ body: (@Sendable ([UInt8]) -> [UInt8])?) { state.withLock { $0.garble = body } }

    func reserveSendBuffer(_ bytes: Int) { socket.reserveSendBuffer(bytes) }

    func send(_ messages: [UInt8]) throws(NetlinkError) {
        // NFNL_MSG_BATCH_BEGIN
        guard messages.span.bytes.integer(at: 4, as: UInt16.self) == 0x10 else {
            let errno = state.withLock { state -> Int32? in
                guard case .requestFails(let errno) = state.faults.first else { return nil }
                state.faults.removeFirst()
                return errno
            }
            if let errno { throw NetlinkError(operation: "send", errno: errno) }
            return try socket.send(messages)
        }
        let (fault, bytes) = state.withLock { state in
            state.batches.append(messages)
            var fault: Fault?
            if let next = state.faults.first, !next.isOfDump { fault = state.faults.removeFirst() }
            return (fault, state.garble?(messages) ?? messages)
        }
        switch fault {
        case .sendFails(let errno): throw NetlinkError(operation: "send", errno: errno)
        case .batchIsLost: return
        case .answerFails(let errno): state.withLock { $0.answerError = errno }
        case .none?, .dumpIsInterrupted, .requestFails, nil: break
        }
        try socket.send(bytes)
    }

    func receive(into buffer: inout [UInt8], wait: Bool) throws(NetlinkError) -> Int? {
        if let errno = state.withLock({ $0.answerError.take() }) {
            throw NetlinkError(operation: "receive", errno: errno)
        }
        let length = try socket.receive(into: &buffer, wait: wait)
        // NLM_F_MULTI: a part of a dump.
        if length != nil, buffer[6] & 2 != 0 {
            let isInterrupted = state.withLock { state in
                guard let next = state.faults.first, next.isOfDump else { return false }
                state.faults.removeFirst()
                return true
            }
            if isInterrupted { buffer[6] |= 0x10 }
        }
        return length
    }
}

extension FaultyTransport.Fault {
    fileprivate var isOfDump: Bool {
        if case .dumpIsInterrupted = self { true } else { false }
    }
}

/// Batches with one kind of fault in them.
enum Garbled {
    /// Elements of this frontend are added without a key, which the kernel refuses.
    static func withoutKey(_ batch: [UInt8], _ frontend: [UInt8]) -> [UInt8] {
        var garbled = batch
        for start in messages(in: batch) where isAddition(batch, start) {
            let end = start + Int(batch.span.bytes.integer(at: start, as: UInt32.self))
            for position in start..<end where batch[position..<end].starts(with: frontend) {
                // The value is preceded by its header and that of NFTA_SET_ELEM_KEY, whose type becomes an unknown one.
                if batch[position - 6] == 1, batch[position - 2] == 1 { garbled[position - 6] = 0x3F }
            }
        }
        return garbled
    }

    /// The same bytes with each `word` replaced by another of the same length.
    static func replacing(_ word: String, with other: String, _ batch: [UInt8]) -> [UInt8] {
        batch.replacing(Array(word.utf8), with: Array(other.utf8))
    }

    /// Tables of IPv6 are requested as a nonexistent family, and refused as by a kernel without IPv6.
    static func withoutIPv6(_ batch: [UInt8]) -> [UInt8] {
        var garbled = batch
        for start in messages(in: batch) where batch[start + 16] == 10 { garbled[start + 16] = 0x3F }
        return garbled
    }

    /// `NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWSETELEM`
    private static func isAddition(_ batch: [UInt8], _ start: Int) -> Bool {
        batch.span.bytes.integer(at: start + 4, as: UInt16.self) == 10 << 8 | 12
    }

    private static func messages(in batch: [UInt8]) -> [Int] {
        var starts: [Int] = []
        var position = 0
        while position + 16 <= batch.count {
            starts.append(position)
            position += (Int(batch.span.bytes.integer(at: position, as: UInt32.self)) + 3) & ~3
        }
        return starts
    }
}
