import BlockingThreads
import CLinux
import Glibc
import InternetAddresses
import Mailboxes
import NFTables
import Netlink

/// Hears when somebody else changes our tables: the kernel tells everybody who listens to `NFNLGRP_NFTABLES`.
///
/// A thread of its own waits for these messages. What it hears is kept as one note until somebody takes it, however
/// often it happens meanwhile.
final class DamageMonitor: Sendable {
    /// Somebody has changed one of our tables, or so much happened at once that this cannot be excluded.
    struct Note: Sendable, Hashable {
        /// `nft (pid 4711)`, where the kernel tells.
        var culprit: String?
    }

    private let mailbox = Mailbox<Note?>(nil)
    private let socket: NetlinkSocket

    /// Gets ready to hear of changes by others than the socket with the port `ownPort`.
    init(ownPort: UInt32) throws(NetlinkError) {
        socket = try NetlinkSocket(family: NETLINK_NETFILTER, receiveBuffer: 1 << 22)
        try socket.ignoreEvents(causedBy: ownPort)
        try socket.setReceiveTimeout(milliseconds: 250)
        let socket = socket
        // The thread must not keep the monitor alive, so it looks from time to time whether it is still wanted.
        do throws(ThreadError) {
            try OwnedThread.start(name: "nft-events") { [weak self] in
                var events = ForeignChanges(socket)
                while self != nil {
                    if let note = events.next() { self?.post(note) }
                }
            }
        } catch {
            throw NetlinkError(operation: "listen for changes", errno: error.errno, kernelMessage: "\(error)")
        }
    }

    /// Begins to listen. From now on the kernel writes a message for each element that changes, whoever changes it,
    /// which costs a cold start as much time again as the change itself: call this behind it.
    func listen() throws(NetlinkError) {
        try socket.join(group: UInt32(NFNLGRP_NFTABLES.rawValue))
    }

    /// Waits for the next note. Returns `nil` when the task is cancelled.
    func next() async -> Note? {
        await mailbox.next { $0.take() }
    }

    func post(_ note: Note) {
        mailbox.post { $0 = Note(culprit: note.culprit ?? $0?.culprit) }
    }
}

/// Reads the kernel's messages and picks out what concerns us.
private struct ForeignChanges: ~Copyable {
    private var connection: NetlinkConnection
    private var concernsUs = false

    init(_ socket: NetlinkSocket) {
        connection = NetlinkConnection(socket)
    }

    /// Waits a moment for messages. Returns a note at the end of a transaction that has touched one of our tables.
    mutating func next() -> DamageMonitor.Note? {
        var note: DamageMonitor.Note?
        var concernsUs = concernsUs
        do throws(NetlinkError) {
            try connection.receiveEvents { (header, payload) throws(NetlinkError) in
                guard header.type >> 8 == UInt16(NFNL_SUBSYS_NFTABLES), payload.byteCount > 4 else { return }
                let attributes = payload.extracting(4..<payload.byteCount)
                if UInt32(header.type & 0xFF) == NFT_MSG_NEWGEN.rawValue {
                    // The message that ends a transaction tells who made it.
                    if concernsUs { note = DamageMonitor.Note(culprit: try Self.culprit(attributes)) }
                    concernsUs = false
                } else if try Self.isOurs(attributes) {
                    concernsUs = true
                }
            }
        } catch {
            // Time out, or more messages than the buffer holds (ENOBUFS): then anything may have happened.
            if error.errno != EAGAIN { note = DamageMonitor.Note(culprit: nil) }
        }
        self.concernsUs = concernsUs
        return note
    }

    /// The name of the table is the first attribute of all messages that name one: `NFTA_TABLE_NAME`,
    /// `NFTA_CHAIN_TABLE` …
    private static func isOurs(_ attributes: borrowing RawSpan) throws(NetlinkError) -> Bool {
        var isOurs = false
        try AttributeReader.forEach(in: attributes) { type, value in
            if type == NFTA_TABLE_NAME.rawValue, value.string == Layout.tableName { isOurs = true }
        }
        return isOurs
    }

    private static func culprit(_ attributes: borrowing RawSpan) throws(NetlinkError) -> String? {
        var name: String?
        var process: UInt32 = 0
        try AttributeReader.forEach(in: attributes) { type, value in
            if type == NFTA_GEN_PROC_NAME.rawValue { name = value.string }
            if type == NFTA_GEN_PROC_PID.rawValue { process = value.bigEndian(as: UInt32.self) }
        }
        return name.map { "\($0) (pid \(process))" }
    }
}
