import BlockingThreads
import Dataplane
import Glibc
import Logging
import NFTables
import Netlink

/// The connection to the kernel, shared by the tables of both IP families, and the count of transactions.
///
/// Belongs to one thread, that of the data plane's executor.
final class KernelLink {
    var connection: NFTablesConnection
    private let transport: any NetlinkTransport
    /// Opens further connections to the kernel, for reading in parallel.
    let open: EndpointReading.Opener?
    let logger: Logger

    /// The kernel's count of transactions if only we make any.
    private var expectedGeneration: UInt32 = 0

    /// How often a table is read again because it changed meanwhile.
    static let maximumReads = 50

    init(_ transport: any NetlinkTransport, _ logger: Logger, open: EndpointReading.Opener? = nil) {
        self.transport = transport
        connection = NFTablesConnection(transport)
        self.open = open
        self.logger = logger
    }

    /// Commits a transaction and adds its size to the report.
    func commit(
        _ transaction: consuming Transaction, _ report: inout ProgrammingReport
    ) throws(TransactionError) {
        guard !transaction.isEmpty else { return }
        report.messages += transaction.messageCount
        report.bytes += transaction.byteCount
        try connection.commit(transaction)
        expectedGeneration &+= 1
    }

    /// Ends a transaction for ``commit(_:while:)``, and adds its size to the report.
    func encode(_ transaction: consuming Transaction, _ report: inout ProgrammingReport) -> EncodedTransaction {
        report.messages += transaction.messageCount
        report.bytes += transaction.byteCount
        return connection.encode(transaction)
    }

    /// Commits a transaction on another thread, and returns the result of `body`, which runs meanwhile and must not
    /// exchange anything with the kernel.
    func commit<Value>(
        _ transaction: EncodedTransaction, while body: () -> Value
    ) -> (outcome: Result<Void, TransactionError>, value: Value) {
        let transport = transport
        let (outcome, value) = OwnedThread.both(name: "nft-commit") {
            Result { () throws(TransactionError) in try transaction.commit(over: transport) }
        } and: {
            body()
        }
        if case .success = outcome { expectedGeneration &+= 1 }
        return (outcome, value)
    }

    /// Starts counting transactions.
    func beginCounting() throws(DataplaneError) {
        do throws(NetlinkError) {
            expectedGeneration = try connection.generation()
        } catch {
            throw DataplaneError(error)
        }
    }

    /// Whether only we have made transactions since ``beginCounting()``.
    func isAlone() throws(NetlinkError) -> Bool {
        try connection.generation() == expectedGeneration
    }

    /// Reads a table; starts over if it changes meanwhile.
    func read(_ table: Table) throws(DataplaneError) -> KernelTable? {
        try uninterrupted(table) { (connection) throws(NetlinkError) in try connection.read(table, open: open) }
    }

    /// What `body` reads of a table; it starts over when somebody changes the table meanwhile.
    func uninterrupted<Value>(
        _ table: Table, _ body: (inout NFTablesConnection) throws(NetlinkError) -> Value
    ) throws(DataplaneError) -> Value {
        for _ in 0..<Self.maximumReads {
            do throws(NetlinkError) {
                return try body(&connection)
            } catch {
                guard error.errno == EINTR || error.errno == ENOENT else { throw DataplaneError(error) }
            }
        }
        throw DataplaneError(.transient, "nf_tables: \(table) changes faster than it can be read")
    }
}

extension DataplaneError {
    /// The error for a refused transaction, in terms of its effect on Services.
    init(_ error: TransactionError) {
        if error.isTransient {
            self.init(.transient, "nf_tables: \(error)", cause: error)
        } else if let first = error.refusals.first {
            self.init(first.error)
        } else {
            self.init(.refused, "nf_tables: \(error)")
        }
    }
}
