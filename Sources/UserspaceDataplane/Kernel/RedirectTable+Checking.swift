import InternetAddresses
import NFTables
import Netlink

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
            contents.redirects.mapValues { RedirectTarget(address: target, port: $0) }
        }
        if try elements(of: RedirectLayout.redirects, &connection) != expectedRedirects ?? [:] {
            damage.append("map redirects of \(table)")
        }
        if try Set(elements(of: RedirectLayout.refused, &connection).keys) != contents.refused {
            damage.append("set refused of \(table)")
        }
        var addresses: Set<IPAddress> = []
        try connection.forEachElement(of: RedirectLayout.clusterIPs.name, in: table) { element in
            var key = element.key
            addresses.insert(key.address(table.family))
        }
        if addresses != Set(contents.clusterIPs.keys) { damage.append("set cluster-ips of \(table)") }
        return damage
    }

    /// Frontends, and where a map leads them.
    private func elements(
        of set: NamedSet, _ connection: inout NFTablesConnection
    ) throws(NetlinkError) -> [RedirectContents.Key: RedirectTarget] {
        var elements: [RedirectContents.Key: RedirectTarget] = [:]
        try connection.forEachElement(of: set.name, in: table) { element in
            var key = element.key
            let address = key.address(table.family)
            guard let transport = key.transport() else { return }
            let place = RedirectContents.Key(address: address, transport: transport, port: key.port())
            var data = element.data
            elements[place] = RedirectTarget(address: data.address(table.family), port: data.port())
        }
        return elements
    }
}

private struct RedirectTarget: Hashable {
    var address: IPAddress
    var port: UInt16
}
