import BlockingThreads
import CLinux
import Glibc
import InternetAddresses
import Mailboxes
import NFTables
import Netlink

/// Detects changes to our tables by other programs: the kernel announces changes to listeners of `NFNLGRP_NFTABLES`.
///
/// A thread of its own waits for these messages, and merges them into one note until that is taken.
final class DamageMonitor: Sendable {
    /// Another program changed one of our tables, or so much happened at once that this cannot be excluded.
    struct Note: Sendable, Hashable {
        /// `nft (pid 4711)`, if the kernel reports it.
        var culprit: String?
    }

    private let mailbox = Mailbox<Note?>(nil)
    private let socket: NetlinkSocket

    /// Prepares to listen for changes made through sockets other than the one with the port `ownPort`.
    init(ownPort: UInt32) throws(NetlinkError) {
        socket = try NetlinkSocket(family: NETLINK_NETFILTER, receiveBuffer: 1 << 22)
        try socket.ignoreEvents(causedBy: ownPort)
        try socket.setReceiveTimeout(milliseconds: 250)
        let socket = socket
        // The thread must not keep the monitor alive, so it checks periodically whether that still exists.
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

    /// Begins to listen. From now on the kernel writes a message for each changed element, including ours, which would
    /// double the time of a cold start: call this after it.
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

/// Reads the kernel's messages and filters those about our tables.
private struct ForeignChanges: ~Copyable {
    private var connection: NetlinkConnection
    private var concernsUs = false

    init(_ socket: NetlinkSocket) {
        connection = NetlinkConnection(socket)
    }

    /// Waits briefly for messages. Returns a note at the end of a transaction that touched one of our tables.
    mutating func next() -> DamageMonitor.Note? {
        var note: DamageMonitor.Note?
        var concernsUs = concernsUs
        do throws(NetlinkError) {
            try connection.receiveEvents { (header, payload) throws(NetlinkError) in
                guard header.type >> 8 == UInt16(NFNL_SUBSYS_NFTABLES), payload.byteCount > 4 else { return }
                let attributes = payload.extracting(4..<payload.byteCount)
                if UInt32(header.type & 0xFF) == NFT_MSG_NEWGEN.rawValue {
                    // The message that ends a transaction names its process.
                    if concernsUs { note = DamageMonitor.Note(culprit: try Self.culprit(attributes)) }
                    concernsUs = false
                } else if try Self.isOurs(attributes) {
                    concernsUs = true
                }
            }
        } catch {
            // A timeout, or a buffer overflow (ENOBUFS), after which anything may have happened.
            if error.errno != EAGAIN { note = DamageMonitor.Note(culprit: nil) }
        }
        self.concernsUs = concernsUs
        return note
    }

    /// The table's name is the first attribute of all messages that have one: `NFTA_TABLE_NAME`, `NFTA_CHAIN_TABLE` …
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
