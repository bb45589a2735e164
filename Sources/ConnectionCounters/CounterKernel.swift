import Glibc
import InternetAddresses
import NFTables
import Netlink

/// The tables in the kernel. Used on one thread.
final class CounterKernel {
    private var connection: NFTablesConnection
    private let layout: CounterLayout
    /// For the families that the kernel supports.
    private let tables: [Table]

    /// Creates empty tables, which are deleted with `transport`. Throws if neither family can have one, and EEXIST
    /// while another process counts here.
    init(_ transport: any NetlinkTransport, _ layout: CounterLayout) throws(NetlinkError) {
        var connection = NFTablesConnection(transport)
        var tables: [Table] = []
        var failure: NetlinkError?
        for family in IPFamily.allCases {
            let table = Table(family: family, name: CounterLayout.tableName)
            var transaction = connection.begin()
            transaction.write(layout, to: table)
            do throws(TransactionError) {
                try connection.commit(transaction)
                tables.append(table)
            } catch {
                let error = error.first
                // The mode reports a missing family.
                guard Self.absence.contains(error.errno) else { throw error }
                failure = error
            }
        }
        if tables.isEmpty, let failure { throw failure }
        self.connection = connection
        self.layout = layout
        self.tables = tables
    }

    private static let absence: Set<Int32> = [EAFNOSUPPORT, EOPNOTSUPP, EPROTONOSUPPORT, ENOENT]

    /// Applies all edits or none.
    func commit(_ edits: CountedRoutes.Edits) throws(NetlinkError) {
        var transaction = connection.begin()
        for table in tables {
            for place in edits.removed where place.family == table.family { transaction.remove(place, from: table) }
            for place in edits.added where place.family == table.family { transaction.add(place, to: table) }
        }
        do throws(TransactionError) { try connection.commit(transaction) } catch { throw error.first }
    }

    /// The counts at all places since they were added.
    func counts() throws(NetlinkError) -> [CountedPlace: UInt64] {
        var counts: [CountedPlace: UInt64] = [:]
        for table in tables {
            for set in layout.sets {
                try connection.forEachElement(of: set.name, in: table) { element in
                    guard let place = CountedPlace(element, of: set, table.family) else { return }
                    counts[place] = element.packets ?? 0
                }
            }
        }
        return counts
    }

    /// The counts at these places.
    func counts(of places: Set<CountedPlace>) throws(NetlinkError) -> [CountedPlace: UInt64] {
        var counts: [CountedPlace: UInt64] = [:]
        for table in tables {
            for set in layout.sets {
                var keys = places.filter { $0.family == table.family && $0.set == set }.makeIterator()
                try connection.forEachElement(
                    of: set.name, in: table,
                    nextKey: { key in
                        guard let place = keys.next() else { return false }
                        place.write(to: &key)
                        return true
                    },
                    { element in
                        guard let place = CountedPlace(element, of: set, table.family) else { return }
                        counts[place] = element.packets ?? 0
                    })
            }
        }
        return counts
    }
}

extension TransactionError {
    fileprivate var first: NetlinkError { refusals.first?.error ?? NetlinkError(operation: "count", errno: EIO) }
}
