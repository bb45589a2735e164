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
            let bytes = transaction.bytes
            reserveSendBuffer(bytes.count)
            do throws(NetlinkError) {
                let errors = try netlink.transact(bytes, first: first, last: last)
                refusals = errors.map { Refusal(error: $0, in: bytes) }
            } catch {
                refusals = [Refusal(error: error)]
            }
        }
        spare = transaction.recycle()
        guard refusals.isEmpty else { throw TransactionError(refusals: refusals) }
    }

    private mutating func reserveSendBuffer(_ bytes: Int) {
        guard bytes > reservedSendBuffer else { return }
        reservedSendBuffer = bytes * 2
        netlink.reserveSendBuffer(reservedSendBuffer)
    }
}
