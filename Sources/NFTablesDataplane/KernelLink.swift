import Dataplane
import Glibc
import Logging
import NFTables
import Netlink

/// The way to the kernel, which the tables of both IP families share, and the count of transactions.
///
/// Belongs to one thread, that of the data plane's executor.
final class KernelLink {
    var connection: NFTablesConnection
    /// Makes further ways to the kernel, for reading much of it at a time.
    let open: EndpointReading.Opener?
    let logger: Logger

    /// The kernel's count of transactions as it must be if nobody but us makes any.
    private var expectedGeneration: UInt32 = 0

    /// How often a table is read again because somebody has changed it meanwhile.
    static let maximumReads = 50

    init(_ transport: any NetlinkTransport, _ logger: Logger, open: EndpointReading.Opener? = nil) {
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

    /// Begins to count transactions.
    func beginCounting() throws(DataplaneError) {
        do throws(NetlinkError) {
            expectedGeneration = try connection.generation()
        } catch {
            throw DataplaneError(error)
        }
    }

    /// Whether nobody else has made a transaction since ``beginCounting()``.
    func isAlone() throws(NetlinkError) -> Bool {
        try connection.generation() == expectedGeneration
    }

    /// Reads a table; starts over when somebody changes it meanwhile.
    func read(_ table: Table) throws(DataplaneError) -> KernelTable? {
        for _ in 0..<Self.maximumReads {
            do throws(NetlinkError) {
                return try connection.read(table, open: open)
            } catch {
                guard error.errno == EINTR || error.errno == ENOENT else { throw DataplaneError(error) }
            }
        }
        throw DataplaneError(.transient, "nf_tables: \(table) changes faster than it can be read")
    }
}

extension DataplaneError {
    /// What a refused transaction means for somebody who wants Services to work.
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
