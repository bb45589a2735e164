import CLinux
import DNSMessages
import Glibc
import InternetAddresses
import ServiceNames

/// Receives, answers and sends datagrams, many per call, on its own thread, because these calls block.
struct DatagramWorker {
    private static let batch = 32
    /// Longer queries are truncated, and refused as malformed: no real query is this long.
    private static let receiveSize = 2048

    private let socket: DatagramSocket
    private let lane: SlowLane
    private let part: Int
    private let unserved: ServerMetrics
    private var processor: QueryProcessor
    private var received = [CLinux_datagram](repeating: CLinux_datagram(), count: batch)
    private var replies: [CLinux_datagram] = []
    private var output: [UInt8] = []
    private var records: [QueryRecord] = []

    init(socket: DatagramSocket, processor: QueryProcessor, lane: SlowLane, unserved: ServerMetrics, part: Int) {
        self.socket = socket
        self.processor = processor
        self.lane = lane
        self.unserved = unserved
        self.part = part
        replies.reserveCapacity(Self.batch)
        records.reserveCapacity(Self.batch)
        output.reserveCapacity(Self.batch * 512)
    }

    /// Runs until the socket is shut down.
    mutating func run() throws(DNSServerError) {
        var input = [UInt8](repeating: 0, count: Self.batch * Self.receiveSize)
        while true {
            let count = CLinux_receive_datagrams(
                socket.descriptor, &received, CInt(Self.batch), &input, UInt32(Self.receiveSize))
            if count < 0 {
                // An ICMP error for an earlier reply can be ignored; a lack of memory is transient.
                guard [ECONNREFUSED, ENOBUFS, ENOMEM, EHOSTUNREACH, ENETUNREACH].contains(errno) else {
                    throw DNSServerError(.system, "cannot receive queries", errno: errno)
                }
                continue
            }
            // After shutdown, the socket returns empty messages without an address.
            if count == 0 || count == 1 && received[0].length == 0 && received[0].peer.address_length == 0 { return }
            answer(Int(count), in: input.span)
        }
    }

    private mutating func answer(_ count: Int, in input: Span<UInt8>) {
        processor.refresh()
        let arrival = ContinuousClock.now
        replies.removeAll(keepingCapacity: true)
        records.removeAll(keepingCapacity: true)
        output.removeAll(keepingCapacity: true)
        for index in 0..<count {
            let start = output.count
            let offset = Int(received[index].offset)
            let client = received[index].peer.ipAddress
            var record = QueryRecord()
            let outcome = processor.process(
                input.extracting(offset..<(offset + Int(received[index].length))), client: client,
                arrival: arrival, into: &output, record: &record)
            switch outcome {
            case .silent: continue
            case .answered:
                var reply = received[index]
                reply.offset = UInt32(start)
                reply.length = UInt32(output.count - start)
                replies.append(reply)
                records.append(record)
                if let refresh = record.refresh { lane.refresh(refresh) }
            case .deferred(let deferred):
                let reply = DatagramReply(socket: socket, peer: received[index].peer)
                if !lane.submit(deferred, reply: reply.send) {
                    lane.refuse(deferred, reply: reply.send)
                }
            }
        }
        if !replies.isEmpty { CLinux_send_datagrams(socket.descriptor, replies, CInt(replies.count), output) }
        guard !records.isEmpty else { return }
        let seconds = (ContinuousClock.now - arrival).inSeconds
        for record in records { (record.server?.metrics ?? unserved).record(record, seconds: seconds, part: part) }
        lane.log(records, seconds: seconds)
    }
}

/// The reply path to the sender of a datagram.
struct DatagramReply: Sendable {
    var socket: DatagramSocket
    var peer: CLinux_peer

    /// Sends a response; one that cannot be sent at once is dropped, as in networks.
    @Sendable func send(_ bytes: [UInt8]) {
        var datagram = CLinux_datagram()
        datagram.peer = peer
        datagram.length = UInt32(bytes.count)
        CLinux_send_datagrams(socket.descriptor, &datagram, 1, bytes)
    }
}
