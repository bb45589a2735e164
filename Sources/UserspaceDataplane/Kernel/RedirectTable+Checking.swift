import InternetAddresses
import NFTables
import Netlink
import UserspaceProxy

/// Checks that the kernel still holds what was written.
extension RedirectTable {
    /// What is missing or different, in a few words each.
    func damage(_ connection: inout NFTablesConnection) throws(NetlinkError) -> [String] {
        guard try connection.flags(of: table) == 0 else { return ["\(table)"] }
        var damage: [String] = []
        let expected = RedirectLayout.rules(table.family, serviceNetworks: contents.serviceNetworks)
        let chains = try connection.chains(of: table)
        let rules = try connection.rules(of: table)
        for (chain, wanted) in expected {
            let found = rules[chain.name] ?? []
            let isRight = found == wanted.map { Optional($0.expressions(table.family)) }
            if !chains.contains(chain) || !isRight { damage.append("chain \(chain.name) of \(table)") }
        }
        let expectedRedirects = contents.target.map { target in
            contents.redirects.mapValues { RelayAddress(target, $0) }
        }
        if try Self.elements(of: RedirectLayout.redirects, in: table, &connection) != expectedRedirects ?? [:] {
            damage.append("map redirects of \(table)")
        }
        if try Set(Self.elements(of: RedirectLayout.refused, in: table, &connection).keys) != contents.refused {
            damage.append("set refused of \(table)")
        }
        let addresses = try Self.addresses(of: RedirectLayout.clusterIPs, in: table, &connection)
        if addresses != Set(contents.clusterIPs.keys) { damage.append("set cluster-ips of \(table)") }
        return damage
    }

    /// Frontends, and where a map leads them.
    static func elements(
        of set: NamedSet, in table: Table, _ connection: inout NFTablesConnection
    ) throws(NetlinkError) -> [RedirectContents.Key: RelayAddress] {
        var elements: [RedirectContents.Key: RelayAddress] = [:]
        try connection.forEachElement(of: set.name, in: table) { element in
            var key = element.key
            let address = key.address(table.family)
            guard let transport = key.transport() else { return }
            let place = RedirectContents.Key(address: address, transport: transport, port: key.port())
            var data = element.data
            elements[place] = RelayAddress(data.address(table.family), data.port())
        }
        return elements
    }

    /// The addresses in a set.
    static func addresses(
        of set: NamedSet, in table: Table, _ connection: inout NFTablesConnection
    ) throws(NetlinkError) -> Set<IPAddress> {
        var addresses: Set<IPAddress> = []
        try connection.forEachElement(of: set.name, in: table) { element in
            var key = element.key
            addresses.insert(key.address(table.family))
        }
        return addresses
    }
}
