package import Netlink

/// A connection to the kernel's nf_tables: commits transactions, and reads tables back.
///
/// Calls block; they belong on a thread that may. Kernel 5.13 or later.
package struct NFTablesConnection: ~Copyable {
    var netlink: NetlinkConnection
    private var spare = MessageWriter()
    private var reservedSendBuffer = 1 << 17

    package init(_ transport: any NetlinkTransport) {
        netlink = NetlinkConnection(transport)
    }

    /// An empty transaction for any tables, for ``commit(_:)``.
    package mutating func begin() -> Transaction {
        var writer = MessageWriter()
        swap(&writer, &spare)
        return Transaction(writer: writer, sequence: netlink.nextSequence())
    }

    /// Sends the transaction to the kernel, which applies all of it or nothing. An empty one is not sent.
    ///
    /// Throws ``TransactionError`` with everything that the kernel refuses.
    package mutating func commit(_ transaction: consuming Transaction) throws(TransactionError) {
        var refusals: [Refusal] = []
        if !transaction.isEmpty {
            let (first, last) = transaction.finish()
            netlink.continueSequence(behind: last &+ 1)
            reserveSendBuffer(transaction.byteCount)
            refusals = netlink.commit(transaction.bytes, first: first, last: last)
        }
        spare = transaction.recycle()
        guard refusals.isEmpty else { throw TransactionError(refusals: refusals) }
    }

    /// Ends the transaction, for ``EncodedTransaction/commit(over:)`` on another thread.
    package mutating func encode(_ transaction: consuming Transaction) -> EncodedTransaction {
        let (first, last) = transaction.finish()
        netlink.continueSequence(behind: last &+ 1)
        reserveSendBuffer(transaction.byteCount)
        return EncodedTransaction(bytes: transaction.bytes, first: first, last: last)
    }

    private mutating func reserveSendBuffer(_ bytes: Int) {
        guard bytes > reservedSendBuffer else { return }
        reservedSendBuffer = bytes * 2
        netlink.reserveSendBuffer(reservedSendBuffer)
    }
}

/// A transaction in the kernel's form. While one thread has the kernel commit it, another can encode the next.
package struct EncodedTransaction: Sendable {
    fileprivate let bytes: [UInt8]
    fileprivate let first: UInt32
    fileprivate let last: UInt32

    /// As ``NFTablesConnection/commit(_:)``. `transport` belongs to the connection that encoded the transaction, which
    /// must not use it meanwhile.
    package func commit(over transport: any NetlinkTransport) throws(TransactionError) {
        var netlink = NetlinkConnection(transport)
        let refusals = netlink.commit(bytes, first: first, last: last)
        guard refusals.isEmpty else { throw TransactionError(refusals: refusals) }
    }
}

extension NetlinkConnection {
    /// Returns everything that the kernel refuses; none means success.
    fileprivate mutating func commit(_ bytes: [UInt8], first: UInt32, last: UInt32) -> [Refusal] {
        do throws(NetlinkError) {
            return try transact(bytes, first: first, last: last).map { Refusal(error: $0, in: bytes) }
        } catch {
            return [Refusal(error: error)]
        }
    }
}
