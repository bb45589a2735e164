import CLinux
import Conntrack
import InternetAddresses
import Netlink
import Synchronization

/// A kernel with a table of IPv4 connections that supports listing and deletion.
final class FakeConntrack: NetlinkTransport {
    fileprivate struct State {
        var entries: [UInt32: ConntrackEntry] = [:]
        var nextID: UInt32 = 1
        var dumps = 0
        var failures: (errno: Int32, left: Int)
        var refusals: (errno: Int32, left: Int)
        var arriving: [ConntrackEntry]
        var answers: [Result<[UInt8], NetlinkError>] = []
    }

    let portID: UInt32 = 1
    private let state: Mutex<State>

    /// The first `times` dumps fail with an error number, or the first `times` deletions are refused; `arriving` are
    /// added to the table right after the first dump.
    init(
        _ entries: [ConntrackEntry], arriving: [ConntrackEntry] = [], failing errno: Int32 = 0,
        refusing refused: Int32 = 0, times: Int = 0
    ) {
        state = Mutex(
            State(
                failures: (errno, errno == 0 ? 0 : times), refusals: (refused, refused == 0 ? 0 : times),
                arriving: arriving))
        state.withLock { $0.add(entries) }
    }

    var dumps: Int { state.withLock { $0.dumps } }
    var clientPorts: [UInt16] { state.withLock { $0.entries.values.map(\.sourcePort).sorted() } }

    func reserveSendBuffer(_ bytes: Int) {}

    func send(_ messages: [UInt8]) throws(NetlinkError) {
        let type = messages.span.bytes.integer(at: 4, as: UInt16.self) & 0xFF
        let sequence = messages.span.bytes.integer(at: 8, as: UInt32.self)
        if UInt32(type) == IPCTNL_MSG_CT_GET.rawValue {
            state.withLock { $0.dump(sequence) }
        } else {
            try delete(messages)
        }
    }

    func receive(into buffer: inout [UInt8], wait: Bool) throws(NetlinkError) -> Int? {
        guard let answer = state.withLock({ $0.answers.isEmpty ? nil : $0.answers.removeFirst() }) else {
            if wait { throw NetlinkError(operation: "nobody answers", errno: 32 /* EPIPE */) }
            return nil
        }
        let bytes = try answer.get()
        buffer.replaceSubrange(0..<bytes.count, with: bytes)
        return bytes.count
    }

    private func delete(_ messages: [UInt8]) throws(NetlinkError) {
        var position = 0
        while position < messages.count {
            let bytes = messages.span.bytes
            let length = Int(bytes.integer(at: position, as: UInt32.self))
            let flags = bytes.integer(at: position + 6, as: UInt16.self)
            let sequence = bytes.integer(at: position + 8, as: UInt32.self)
            var id: UInt32 = 0
            try AttributeReader.forEach(in: bytes.extracting(position + 20..<position + length)) { type, value in
                if type == CTA_ID.rawValue { id = value.bigEndian(as: UInt32.self) }
            }
            state.withLock { $0.delete(id, sequence, isAcknowledged: flags & UInt16(NLM_F_ACK) != 0) }
            position += length
        }
    }
}

extension FakeConntrack.State {
    fileprivate mutating func add(_ new: [ConntrackEntry]) {
        for entry in new {
            entries[nextID] = entry
            nextID += 1
        }
    }

    fileprivate mutating func dump(_ sequence: UInt32) {
        dumps += 1
        if failures.left > 0 {
            failures.left -= 1
            answers.append(.failure(NetlinkError(operation: "receive", errno: failures.errno)))
            return
        }
        var writer = MessageWriter()
        for (id, entry) in entries {
            writer.message(type: 256, flags: UInt16(NLM_F_MULTI), sequence: sequence) { writer in
                writer.append(contentsOf: [UInt8(AF_INET), 0, 0, 0])
                let source = (entry.source, entry.sourcePort)
                let target = (entry.destination, entry.destinationPort)
                let backend = (entry.replySource, entry.replySourcePort)
                Self.write(CTA_TUPLE_ORIG.rawValue, entry.transport, source, target, &writer)
                Self.write(CTA_TUPLE_REPLY.rawValue, entry.transport, backend, source, &writer)
                writer.attribute(CTA_ID.rawValue, bigEndian: id)
            }
        }
        writer.message(type: UInt16(NLMSG_DONE), flags: UInt16(NLM_F_MULTI), sequence: sequence) {
            $0.append(UInt32(0))
        }
        answers.append(.success(writer.bytes))
        add(arriving)
        arriving = []
    }

    fileprivate mutating func delete(_ id: UInt32, _ sequence: UInt32, isAcknowledged: Bool) {
        var errno = refusals.errno
        if refusals.left > 0 {
            refusals.left -= 1
        } else {
            errno = entries.removeValue(forKey: id) == nil ? 2 /* ENOENT */ : 0
        }
        guard isAcknowledged || errno != 0 else { return }
        var writer = MessageWriter()
        writer.message(type: UInt16(NLMSG_ERROR), flags: UInt16(NLM_F_CAPPED), sequence: sequence) { writer in
            writer.append(UInt32(bitPattern: -errno))
            writer.append(contentsOf: [UInt8](repeating: 0, count: 16))
        }
        answers.append(.success(writer.bytes))
    }

    private static func write(
        _ type: UInt32, _ transport: TransportProtocol, _ source: (IPAddress, UInt16), _ target: (IPAddress, UInt16),
        _ writer: inout MessageWriter
    ) {
        writer.nested(type) { writer in
            writer.nested(CTA_TUPLE_IP.rawValue) { writer in
                writer.attribute(CTA_IP_V4_SRC.rawValue, bigEndian: source.0.ipv4Bits)
                writer.attribute(CTA_IP_V4_DST.rawValue, bigEndian: target.0.ipv4Bits)
            }
            writer.nested(CTA_TUPLE_PROTO.rawValue) { writer in
                writer.attribute(CTA_PROTO_NUM.rawValue, bytes: [transport.rawValue])
                writer.attribute(CTA_PROTO_SRC_PORT.rawValue) { $0.append(source.1.bigEndian) }
                writer.attribute(CTA_PROTO_DST_PORT.rawValue) { $0.append(target.1.bigEndian) }
            }
        }
    }
}
