import Dataplane
import InternetAddresses
import NFTables
import Netlink
import ServiceRouting
import UserspaceProxy

/// Compares the redirect table of an IP family that is redirected with what the running proxy serves and a snapshot
/// asks for.
struct RedirectAudit {
    private let table: Table
    private let scope: AuditScope
    private let serviceNetworks: [IPNetwork]
    /// The proxy's port for each redirected frontend.
    private var ports: [RedirectContents.Key: UInt16] = [:]
    private var places: [RedirectContents.Key: InspectedFrontend.Place] = [:]
    /// Frontends of Services without endpoints.
    private var refused: [RedirectContents.Key: InspectedFrontend.Place] = [:]
    /// clusterIPs, with their frontends.
    private var clusterIPs: [IPAddress: Set<InspectedFrontend.Place>] = [:]
    /// The addresses of this machine, which need no redirection.
    private let own: Set<IPAddress>

    init(
        _ family: IPFamily, _ entries: [ListenerText.Entry], _ snapshot: RoutingSnapshot, own: Set<IPAddress>,
        _ scope: AuditScope
    ) {
        table = Table(family: family, name: RedirectLayout.tableName)
        serviceNetworks = snapshot.serviceNetworks
        self.own = own
        self.scope = scope
        for entry in entries {
            guard let port = entry.redirectPort, let key = RedirectContents.Key(entry.frontend.place) else { continue }
            ports[key] = port
            places[key] = entry.frontend.place
        }
        for route in snapshot.routes where route.key.family == family && route.key.name.transport != .sctp {
            for frontend in route.frontends {
                let place = InspectedFrontend(frontend, of: route).place
                guard let key = RedirectContents.Key(place), !own.contains(key.address) else { continue }
                if frontend.inside == .refuse, frontend.outside == .refuse { refused[key] = place }
                if frontend.kind == .clusterIP { clusterIPs[key.address, default: []].insert(place) }
            }
        }
    }

    /// What is missing or different. Blocks.
    func damage(_ connection: inout NFTablesConnection) throws(NetlinkError) -> [KernelAudit.Damage] {
        guard try connection.flags(of: table) == 0 else { return [KernelAudit.Damage("\(table)")] }
        return try chainDamage(&connection) + redirectDamage(&connection) + setDamage(&connection)
    }

    private func chainDamage(_ connection: inout NFTablesConnection) throws(NetlinkError) -> [KernelAudit.Damage] {
        let chains = try connection.chains(of: table)
        let rules = try connection.rules(of: table)
        return RedirectLayout.rules(table.family, serviceNetworks: serviceNetworks).compactMap { chain, wanted in
            let isRight = rules[chain.name] ?? [] == wanted.map { Optional($0.expressions(table.family)) }
            return chains.contains(chain) && isRight
                ? nil : KernelAudit.Damage("chain \(chain.name) of \(table)")
        }
    }

    private func redirectDamage(_ connection: inout NFTablesConnection) throws(NetlinkError) -> [KernelAudit.Damage] {
        let held = try RedirectTable.elements(of: RedirectLayout.redirects, in: table, &connection)
        var damage: [KernelAudit.Damage] = []
        for (key, port) in ports.sorted(by: { $0.key.text < $1.key.text }) {
            let affected = Set([places[key]].compactMap(\.self))
            guard let found = held[key] else {
                damage.append(
                    KernelAudit.Damage("the redirection of \(key.text) in \(table) is missing", places: affected))
                continue
            }
            guard found.port != port || !own.contains(found.address) else { continue }
            damage.append(
                KernelAudit.Damage(
                    "the redirection of \(key.text) in \(table) leads to \(found), where the proxy does not "
                        + "listen for it (its port is \(port))",
                    places: affected))
        }
        guard scope.isWhole else { return damage }
        for key in held.keys.filter({ ports[$0] == nil }).sorted(by: { $0.text < $1.text }) {
            damage.append(
                KernelAudit.Damage("\(table) redirects \(key.text), which the proxy does not serve", places: []))
        }
        return damage
    }

    private func setDamage(_ connection: inout NFTablesConnection) throws(NetlinkError) -> [KernelAudit.Damage] {
        let held = Set(try RedirectTable.elements(of: RedirectLayout.refused, in: table, &connection).keys)
        let addresses = try RedirectTable.addresses(of: RedirectLayout.clusterIPs, in: table, &connection)
        let name = RedirectLayout.refused.name
        var damage = refused.filter { !held.contains($0.key) }.sorted { $0.key.text < $1.key.text }.map { key, place in
            KernelAudit.Damage("\(key.text) in set \(name) of \(table) is missing", places: [place])
        }
        damage += clusterIPs.filter { !addresses.contains($0.key) }.sorted { $0.key < $1.key }.map { address, places in
            KernelAudit.Damage(
                "\(address) in set \(RedirectLayout.clusterIPs.name) of \(table) is missing", places: places)
        }
        guard scope.isWhole else { return damage }
        damage += held.subtracting(refused.keys).map(\.text).sorted().map { text in
            KernelAudit.Damage("\(table) refuses \(text), which no Service has without endpoints", places: [])
        }
        damage += addresses.subtracting(clusterIPs.keys).sorted().map { address in
            KernelAudit.Damage("\(table) refuses ports of \(address), which is no clusterIP", places: [])
        }
        return damage
    }
}

extension RedirectContents.Key {
    /// `10.96.0.5, port 80/TCP`
    fileprivate var text: String { "\(address), port \(port)/\(transport)" }
}
