import Dataplane
import InternetAddresses
import NFTables
import Netlink

/// The redirect table of one IP family: its desired contents, and how to write them.
///
/// Belongs to one thread, which its calls block.
struct RedirectTable {
    let table: Table
    /// The kernel's contents after the next commit.
    private(set) var contents = RedirectContents()
    /// The kernel's contents; `nil` if unknown, so that everything must be written.
    private var written: RedirectContents?
    /// The subjects of edits since the last commit.
    private var touched: Set<RedirectContents.Key> = []
    private var touchedAddresses: Set<IPAddress> = []

    init(_ family: IPFamily) {
        table = Table(family: family, name: RedirectLayout.tableName)
    }

    /// Redirects a frontend to a port of the proxy.
    mutating func redirect(_ key: RedirectContents.Key, to port: UInt16, isClusterIP: Bool) {
        remove(key, isClusterIP: isClusterIP)
        contents.redirects[key] = port
        count(key, isClusterIP, by: 1)
    }

    /// Refuses connections to a frontend.
    mutating func refuse(_ key: RedirectContents.Key, isClusterIP: Bool) {
        remove(key, isClusterIP: isClusterIP)
        contents.refused.insert(key)
        count(key, isClusterIP, by: 1)
    }

    mutating func remove(_ key: RedirectContents.Key, isClusterIP: Bool) {
        touched.insert(key)
        let wasRedirected = contents.redirects.removeValue(forKey: key) != nil
        let wasRefused = contents.refused.remove(key) != nil
        if wasRedirected || wasRefused { count(key, isClusterIP, by: -1) }
    }

    /// Sets the networks of the cluster's Services. Unused addresses in them are refused.
    mutating func setServiceNetworks(_ networks: [IPNetwork]) {
        guard contents.serviceNetworks != networks else { return }
        contents.serviceNetworks = networks
        written = nil
    }

    /// Sets the address of this machine that all redirects lead to.
    mutating func setTarget(_ address: IPAddress?) {
        guard contents.target != address else { return }
        contents.target = address
        written = nil
    }

    /// Makes the next commit write everything.
    mutating func distrust() { written = nil }

    private mutating func count(_ key: RedirectContents.Key, _ isClusterIP: Bool, by number: Int) {
        guard isClusterIP else { return }
        touchedAddresses.insert(key.address)
        let count = contents.clusterIPs[key.address, default: 0] + number
        contents.clusterIPs[key.address] = count == 0 ? nil : count
    }

    /// Writes the differences, in one transaction. If it fails, the next one writes everything.
    mutating func commit(
        _ connection: inout NFTablesConnection, _ report: inout ProgrammingReport
    ) throws(TransactionError) -> Bool {
        var transaction = connection.begin()
        if let written { edit(since: written, &transaction) } else { rewrite(&transaction) }
        touched = []
        touchedAddresses = []
        let isEmpty = transaction.isEmpty
        report.messages += transaction.messageCount
        report.bytes += isEmpty ? 0 : transaction.byteCount
        written = nil
        try connection.commit(transaction)
        written = contents
        return !isEmpty
    }

    private func rewrite(_ transaction: inout Transaction) {
        transaction.add(table)
        transaction.delete(table)
        transaction.add(table)
        for set in RedirectLayout.sets { transaction.add(set, to: table) }
        let chains = RedirectLayout.rules(table.family, serviceNetworks: contents.serviceNetworks)
        for (chain, _) in chains { transaction.add(chain, to: table) }
        for (chain, rules) in chains {
            for rule in rules { transaction.add(rule, to: chain.name, of: table) }
        }
        for (key, port) in contents.redirects { add(key, port, &transaction) }
        for key in contents.refused { add(key, &transaction) }
        for address in contents.clusterIPs.keys { add(address, &transaction) }
    }

    private func edit(since old: RedirectContents, _ transaction: inout Transaction) {
        for key in touched {
            let (before, after) = (old.redirects[key], contents.redirects[key])
            if before != after, before != nil {
                transaction.removeElement(from: RedirectLayout.redirects.name, of: table) { element in
                    element.key { $0.frontend(key) }
                }
            }
            let wasRefused = old.refused.contains(key)
            let isRefused = contents.refused.contains(key)
            if wasRefused, !isRefused {
                transaction.removeElement(from: RedirectLayout.refused.name, of: table) { element in
                    element.key { $0.frontend(key) }
                }
            }
            if before != after, let after { add(key, after, &transaction) }
            if isRefused, !wasRefused { add(key, &transaction) }
        }
        for address in touchedAddresses {
            let (before, after) = (old.clusterIPs[address] != nil, contents.clusterIPs[address] != nil)
            if after, !before { add(address, &transaction) }
            if before, !after {
                transaction.removeElement(from: RedirectLayout.clusterIPs.name, of: table) { element in
                    element.key { $0.address(address) }
                }
            }
        }
    }

    /// `nft add element ip servicelet-userspace redirects { 10.96.0.5 . tcp . 80 : 192.0.2.7 . 41234 }`
    private func add(_ key: RedirectContents.Key, _ port: UInt16, _ transaction: inout Transaction) {
        guard let target = contents.target else { return }
        transaction.addElement(to: RedirectLayout.redirects.name, of: table) { element in
            element.key { $0.frontend(key) }
            element.data {
                $0.address(target)
                $0.port(port)
            }
        }
    }

    /// `nft add element ip servicelet-userspace refused { 10.96.0.6 . tcp . 80 }`
    private func add(_ key: RedirectContents.Key, _ transaction: inout Transaction) {
        transaction.addElement(to: RedirectLayout.refused.name, of: table) { element in
            element.key { $0.frontend(key) }
        }
    }

    /// `nft add element ip servicelet-userspace cluster-ips { 10.96.0.5 }`
    private func add(_ address: IPAddress, _ transaction: inout Transaction) {
        transaction.addElement(to: RedirectLayout.clusterIPs.name, of: table) { element in
            element.key { $0.address(address) }
        }
    }
}

extension FieldWriter {
    /// `ip daddr . meta l4proto . th dport`
    fileprivate mutating func frontend(_ key: RedirectContents.Key) {
        address(key.address)
        transport(key.transport)
        port(key.port)
    }
}
