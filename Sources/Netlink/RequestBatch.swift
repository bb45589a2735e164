import CLinux

/// Requests that are sent together. Each takes effect, or is refused, on its own.
///
/// For subsystems without transactions: rtnetlink, generic netlink, ipset.
package struct RequestBatch: ~Copyable {
    private var writer = MessageWriter()
    private var starts: [Int] = []

    package init() {}

    /// How many requests there are.
    package var count: Int { starts.count }

    package var isEmpty: Bool { starts.isEmpty }

    /// All requests, one after another. They get their sequence numbers when they are sent.
    package var bytes: [UInt8] { writer.bytes }

    /// Adds a request: `struct nlmsghdr` with `NLM_F_REQUEST` and `flags`, then what `body` writes.
    package mutating func add(type: UInt16, flags: Int32 = 0, _ body: (inout MessageWriter) -> Void) {
        starts.append(writer.count)
        writer.message(type: type, flags: UInt16(NLM_F_REQUEST | flags), sequence: 0, body: body)
    }

    /// Discards all requests and keeps the memory.
    package mutating func removeAll() {
        writer.removeAll()
        starts.removeAll(keepingCapacity: true)
    }

    /// The kernel writes an answer for each refusal before we read the first; this many fit the receive buffer.
    static let requestsInSend = 500
    /// Fits the default send buffer.
    static let bytesInSend = 1 << 16

    /// The end of the requests that go into one send, from the request at `first` on; always one at least.
    fileprivate func endOfSend(from first: Int) -> Int {
        var end = first + 1
        while end < count, end - first < Self.requestsInSend, self.end(of: end) - starts[first] <= Self.bytesInSend {
            end += 1
        }
        return end
    }

    private func end(of request: Int) -> Int { request + 1 < count ? starts[request + 1] : writer.count }

    /// Numbers the requests in `range` from `sequence` up, makes the last one ask for an
    /// acknowledgement, and returns them.
    fileprivate mutating func prepare(_ range: Range<Int>, sequence: UInt32) -> [UInt8] {
        for (offset, request) in range.enumerated() {
            writer.setSequence(sequence &+ UInt32(offset), ofMessageAt: starts[request])
        }
        writer.addFlags(UInt16(NLM_F_ACK), toMessageAt: starts[range.upperBound - 1])
        return Array(writer.bytes[starts[range.lowerBound]..<end(of: range.upperBound - 1)])
    }
}

extension NetlinkConnection {
    /// Sends all requests, in their order, and returns those that the kernel refuses by their index in the batch.
    ///
    /// Throws when the exchange itself fails; then requests may or may not have taken effect.
    package mutating func send(_ batch: inout RequestBatch) throws(NetlinkError) -> [Int: NetlinkError] {
        var refusals: [Int: NetlinkError] = [:]
        var first = 0
        while first < batch.count {
            let end = batch.endOfSend(from: first)
            let sequence = nextSequence()
            let last = sequence &+ UInt32(end - first - 1)
            let bytes = batch.prepare(first..<end, sequence: sequence)
            for refusal in try transact(bytes, first: sequence, last: last) {
                refusals[first + Int((refusal.sequence ?? sequence) &- sequence)] = refusal
            }
            continueSequence(behind: last)
            first = end
        }
        return refusals
    }

    /// Sends one request and throws the kernel's refusal.
    package mutating func send(
        type: UInt16, flags: Int32 = 0, _ body: (inout MessageWriter) -> Void
    ) throws(NetlinkError) {
        var batch = RequestBatch()
        batch.add(type: type, flags: flags, body)
        if let refusal = try send(&batch)[0] { throw refusal }
    }
}
