import CLinux
import Dataplane
import Glibc
import InternetAddresses
import NFTables
import Netlink

/// The redirect tables of the IP families that the kernel supports. Belongs to one thread, which its calls block.
struct Redirection: ~Copyable {
    private var connection: NFTablesConnection
    private var tables: [IPFamily: RedirectTable]
    /// The kernel's count of transactions at the last check.
    private var generation: UInt32 = 0

    /// Tries whether the kernel accepts the tables. Throws with code `permission` without CAP_NET_ADMIN, `unsupported`
    /// without nf_tables.
    init() throws(DataplaneError) {
        var connection = NFTablesConnection(try Self.open())
        var tables: [IPFamily: RedirectTable] = [:]
        for family in IPFamily.allCases {
            do throws(TransactionError) {
                try Self.probe(family, &connection)
                tables[family] = RedirectTable(family)
            } catch {
                guard family == .ipv6 else { throw DataplaneError(error) }
            }
        }
        self.connection = connection
        self.tables = tables
    }

    private static func open() throws(DataplaneError) -> NetlinkSocket {
        do throws(NetlinkError) { return try NetlinkSocket(family: NETLINK_NETFILTER) } catch {
            throw DataplaneError(error)
        }
    }

    /// Whether frontends of a family can be redirected.
    func serves(_ family: IPFamily) -> Bool { tables[family] != nil }

    /// The addresses of this machine that redirects lead to.
    func targets() -> [IPFamily: IPAddress] { tables.compactMapValues(\.contents.target) }

    mutating func redirect(_ plan: ListenerPlan, to port: UInt16) {
        guard let key = RedirectContents.Key(plan.place) else { return }
        tables[plan.place.family]?.redirect(key, to: port, isClusterIP: plan.isClusterIP)
    }

    mutating func refuse(_ plan: ListenerPlan) {
        guard let key = RedirectContents.Key(plan.place) else { return }
        tables[plan.place.family]?.refuse(key, isClusterIP: plan.isClusterIP)
    }

    mutating func remove(_ plan: ListenerPlan) {
        guard let key = RedirectContents.Key(plan.place) else { return }
        tables[plan.place.family]?.remove(key, isClusterIP: plan.isClusterIP)
    }

    /// Makes redirects lead to an address that the machine has: the same as before if it still has that.
    mutating func follow(_ machine: MachineView) {
        for family in tables.keys {
            let own = machine.addresses.filter { $0.family == family }
            if let target = tables[family]?.contents.target, own.contains(target) { continue }
            // A loopback address is reachable only from the machine itself, a link-local one only from its link.
            let best = own.min { one, other in
                (one.isLoopback ? 1 : 0, one.isLinkLocal ? 1 : 0, one)
                    < (other.isLoopback ? 1 : 0, other.isLinkLocal ? 1 : 0, other)
            }
            tables[family]?.setTarget(best)
        }
    }

    mutating func setServiceNetworks(_ networks: [IPNetwork]) {
        for family in tables.keys { tables[family]?.setServiceNetworks(networks) }
    }

    /// Writes the differences; with `everything`, everything.
    mutating func commit(everything: Bool = false) throws(DataplaneError) -> ProgrammingReport {
        var report = ProgrammingReport()
        var failure: TransactionError?
        for family in IPFamily.allCases {
            guard var table = tables[family] else { continue }
            if everything { table.distrust() }
            do throws(TransactionError) {
                if try table.commit(&connection, &report) { generation &+= 1 }
            } catch {
                failure = error
            }
            tables[family] = table
        }
        if let failure { throw DataplaneError(failure) }
        if everything { generation = try currentGeneration() }
        return report
    }

    /// What others have damaged since the last check, in a few words each.
    mutating func damage() throws(DataplaneError) -> [String] {
        let current = try currentGeneration()
        guard current != generation else { return [] }
        var damage: [String] = []
        do throws(NetlinkError) {
            for family in IPFamily.allCases {
                if let table = tables[family] { damage += try table.damage(&connection) }
            }
        } catch {
            // It changes while we read: check again next time.
            guard error.errno == EINTR || error.errno == ENOENT else { throw DataplaneError(error) }
            return []
        }
        generation = current
        return damage
    }

    private mutating func currentGeneration() throws(DataplaneError) -> UInt32 {
        do throws(NetlinkError) { return try connection.generation() } catch { throw DataplaneError(error) }
    }

    /// Tries everything that the table needs in one that the same transaction deletes.
    private static func probe(
        _ family: IPFamily, _ connection: inout NFTablesConnection
    ) throws(TransactionError) {
        let table = Table(family: family, name: "\(RedirectLayout.tableName)-probe")
        var transaction = connection.begin()
        transaction.add(table)
        for set in RedirectLayout.sets { transaction.add(set, to: table) }
        let chains = RedirectLayout.rules(family, serviceNetworks: [])
        for (chain, _) in chains { transaction.add(chain, to: table) }
        for (chain, rules) in chains {
            for rule in rules { transaction.add(rule, to: chain.name, of: table) }
        }
        transaction.delete(table)
        try connection.commit(transaction)
    }

    /// Removes the tables, if there are any.
    static func cleanUp() throws(DataplaneError) {
        do throws(NetlinkError) {
            var connection = NFTablesConnection(try NetlinkSocket(family: NETLINK_NETFILTER))
            for family in IPFamily.allCases {
                let table = Table(family: family, name: RedirectLayout.tableName)
                if try connection.contains(table) { try connection.remove(table) }
            }
        } catch {
            throw DataplaneError(error)
        }
    }
}

extension DataplaneError {
    init(_ error: NetlinkError) {
        switch error.errno {
        case EPERM, EACCES: self.init(.permission, "nf_tables: \(error)", cause: error)
        case EPROTONOSUPPORT, EAFNOSUPPORT, EOPNOTSUPP, EINVAL:
            self.init(.unsupported, "nf_tables: \(error)", cause: error)
        default: self.init(error.isTransient ? .transient : .refused, "nf_tables: \(error)", cause: error)
        }
    }

    init(_ error: TransactionError) {
        if error.refusals.contains(where: { $0.error.errno == EPERM }) {
            self.init(.permission, "nf_tables: \(error)", cause: error)
        } else {
            self.init(error.isTransient ? .transient : .unsupported, "nf_tables: \(error)", cause: error)
        }
    }
}
