import CLinux
import Glibc

/// Sends requests to the kernel and reads its answers: acknowledgements, extended errors, multipart dumps.
///
/// For one thread at a time, which calls block. Answers to older requests are ignored.
package struct NetlinkConnection: ~Copyable {
    private let transport: any NetlinkTransport
    private var buffer: [UInt8]
    private var sequence: UInt32

    /// A connection over `transport`. Answers longer than `bufferSize` bytes are errors.
    package init(_ transport: any NetlinkTransport, bufferSize: Int = 1 << 16) {
        self.transport = transport
        buffer = [UInt8](repeating: 0, count: bufferSize)
        // Not from 1: an answer to a predecessor on the same port must not look like ours.
        sequence = UInt32.random(in: 1...UInt32.max / 2)
    }

    /// The sequence number for the next message.
    package mutating func nextSequence() -> UInt32 {
        sequence &+= 1
        return sequence
    }

    /// Continues after `last`, the last sequence number of messages that the caller numbered.
    package mutating func continueSequence(behind last: UInt32) {
        sequence = last
    }

    /// Makes room for `bytes` bytes in one send.
    package func reserveSendBuffer(_ bytes: Int) {
        transport.reserveSendBuffer(bytes)
    }

    /// Sends messages of which the last, numbered `last`, asks for an acknowledgement, and waits for it.
    ///
    /// Returns every refusal, in the order of the messages; none means success.
    package mutating func transact(
        _ messages: [UInt8], first: UInt32, last: UInt32
    ) throws(NetlinkError) -> [NetlinkError] {
        try drain()
        try transport.send(messages)
        var refusals: [NetlinkError] = []
        var finished = false
        // The kernel has processed the batch when send returns, so its answers are already waiting.
        while !finished, let length = try transport.receive(into: &buffer, wait: false) {
            try Self.forEachMessage(in: buffer.span.bytes.extracting(0..<length)) {
                header, payload throws(NetlinkError) in
                guard header.type == UInt16(NLMSG_ERROR), header.sequence &- first <= last &- first else { return true }
                let verdict = Self.readError(header, payload)
                if verdict.errno != 0 { refusals.append(verdict) }
                finished = finished || header.sequence == last
                return true
            }
        }
        guard finished || !refusals.isEmpty else {
            throw NetlinkError(operation: "wait for an acknowledgement", errno: ETIMEDOUT)
        }
        return refusals
    }

    /// Sends one request with `NLM_F_DUMP` and calls `body` with the type and payload of each answer.
    ///
    /// Throws EINTR if the kernel reports that the state changed during the dump: what was read may be inconsistent,
    /// and the caller starts over.
    package mutating func dump(
        _ request: [UInt8], sequence: UInt32,
        _ body: (_ type: UInt16, _ payload: borrowing RawSpan) throws(NetlinkError) -> Void
    ) throws(NetlinkError) {
        try exchange(request, sequence: sequence, isAcknowledged: false, body)
    }

    /// Sends one request with `NLM_F_ACK` and calls `body` with the type and payload of each answer before the
    /// acknowledgement. All answers must fit the receive buffer of the socket.
    package mutating func request(
        _ request: [UInt8], sequence: UInt32,
        _ body: (_ type: UInt16, _ payload: borrowing RawSpan) throws(NetlinkError) -> Void
    ) throws(NetlinkError) {
        try exchange(request, sequence: sequence, isAcknowledged: true, body)
    }

    private mutating func exchange(
        _ request: [UInt8], sequence: UInt32, isAcknowledged: Bool,
        _ body: (_ type: UInt16, _ payload: borrowing RawSpan) throws(NetlinkError) -> Void
    ) throws(NetlinkError) {
        try drain()
        try transport.send(request)
        var wasInterrupted = false
        var finished = false
        while !finished {
            guard let length = try transport.receive(into: &buffer, wait: true) else { continue }
            try Self.forEachMessage(in: buffer.span.bytes.extracting(0..<length)) {
                header, payload throws(NetlinkError) in
                guard header.sequence == sequence else { return true }
                if header.flags & UInt16(NLM_F_DUMP_INTR) != 0 { wasInterrupted = true }
                switch Int32(header.type) {
                case NLMSG_DONE:
                    let result = payload.integer(as: Int32.self)
                    if result < 0 { throw NetlinkError(operation: "dump", errno: 0 &- result) }
                    finished = true
                case NLMSG_ERROR:
                    let verdict = Self.readError(header, payload)
                    if verdict.errno != 0 { throw verdict }
                    finished = true
                default:
                    try body(header.type, payload)
                    if header.flags & UInt16(NLM_F_MULTI) == 0, !isAcknowledged { finished = true }
                }
                return !finished
            }
        }
        if wasInterrupted { throw NetlinkError(operation: "dump (the state changed meanwhile)", errno: EINTR) }
    }

    /// Receives the next datagram of a multicast group and calls `body` with each message in it.
    ///
    /// Returns false if none has arrived and `wait` is false.
    @discardableResult
    package mutating func receiveEvents(
        wait: Bool = true,
        _ body: (_ header: MessageHeader, _ payload: borrowing RawSpan) throws(NetlinkError) -> Void
    ) throws(NetlinkError) -> Bool {
        guard let length = try transport.receive(into: &buffer, wait: wait) else { return false }
        try Self.forEachMessage(in: buffer.span.bytes.extracting(0..<length)) { header, payload throws(NetlinkError) in
            try body(header, payload)
            return true
        }
        return true
    }

    /// Discards answers that no request waits for any more, such as those to a request that failed halfway.
    private mutating func drain() throws(NetlinkError) {
        while true {
            do throws(NetlinkError) {
                guard try transport.receive(into: &buffer, wait: false) != nil else { return }
            } catch {
                // An overrun (ENOBUFS) is reported once, and lost only what we would discard anyway.
                guard error.errno == ENOBUFS else { throw error }
            }
        }
    }

    /// Calls `body` with each message of a datagram until it returns false.
    static func forEachMessage(
        in datagram: borrowing RawSpan,
        _ body: (_ header: MessageHeader, _ payload: borrowing RawSpan) throws(NetlinkError) -> Bool
    ) throws(NetlinkError) {
        var position = 0
        while datagram.byteCount - position >= MessageHeader.size {
            let header = MessageHeader(datagram, at: position)
            let length = Int(header.length)
            guard length >= MessageHeader.size, length <= datagram.byteCount - position else {
                throw .malformed("message of \(length) bytes")
            }
            guard try body(header, datagram.extracting(position + MessageHeader.size..<position + length)) else {
                return
            }
            position += (length + 3) & ~3
        }
    }

    /// Reads `struct nlmsgerr` and the attributes after it; errno is 0 in an acknowledgement.
    private static func readError(_ header: MessageHeader, _ payload: borrowing RawSpan) -> NetlinkError {
        var verdict = NetlinkError(
            operation: "request", errno: 0 &- payload.integer(as: Int32.self), sequence: header.sequence)
        guard header.flags & UInt16(NLM_F_ACK_TLVS) != 0, payload.byteCount >= 20 else { return verdict }
        // With NETLINK_CAP_ACK only the header of our message comes back.
        let echoed = header.flags & UInt16(NLM_F_CAPPED) != 0 ? 16 : Int(payload.integer(at: 4, as: UInt32.self))
        let start = 4 + (echoed + 3) & ~3
        guard start <= payload.byteCount else { return verdict }
        do throws(NetlinkError) {
            try AttributeReader.forEach(in: payload.extracting(start..<payload.byteCount)) { type, value in
                if type == NLMSGERR_ATTR_MSG.rawValue { verdict.kernelMessage = value.string }
                if type == NLMSGERR_ATTR_OFFS.rawValue { verdict.offset = value.integer(as: UInt32.self) }
            }
        } catch {
            verdict.kernelMessage += " [\(error)]"
        }
        return verdict
    }
}

/// The fields of `struct nlmsghdr` that answers need.
package struct MessageHeader: Sendable, Hashable {
    package let length: UInt32
    package let type: UInt16
    package let flags: UInt16
    package let sequence: UInt32
    /// The port whose request caused this message: for events, that of the process that made the change.
    package let portID: UInt32

    static let size = MemoryLayout<nlmsghdr>.size

    init(_ bytes: borrowing RawSpan, at offset: Int) {
        length = bytes.integer(at: offset, as: UInt32.self)
        type = bytes.integer(at: offset + 4, as: UInt16.self)
        flags = bytes.integer(at: offset + 6, as: UInt16.self)
        sequence = bytes.integer(at: offset + 8, as: UInt32.self)
        portID = bytes.integer(at: offset + 12, as: UInt32.self)
    }
}
