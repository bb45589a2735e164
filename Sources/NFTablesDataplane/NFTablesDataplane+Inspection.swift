import CLinux
package import Dataplane
import InternetAddresses
import Logging
import NFTables
import Netlink
import OrderedCollections
import ServiceRouting

extension NFTablesDataplane {
    /// Reads back our tables in this network namespace; empty if there are none.
    ///
    /// Blocks while it reads.
    package static func inspect() throws(DataplaneError) -> [InspectedFrontend] {
        do throws(NetlinkError) {
            var connection = NFTablesConnection(try NetlinkSocket(family: NETLINK_NETFILTER))
            var frontends: [InspectedFrontend] = []
            for family in IPFamily.allCases {
                let table = Table(family: family, name: Layout.tableName)
                if let kernel = try connection.read(table) { frontends += kernel.frontends(family) }
            }
            return frontends
        } catch {
            throw DataplaneError(error)
        }
    }
}

extension KernelTable {
    /// The frontends as packets see them, and their destinations.
    func frontends(_ family: IPFamily) -> [InspectedFrontend] {
        (elements[.services] ?? [:]).compactMap { key, element in
            guard case .frontend(let frontend) = key, case .routeClass(let id) = element.value,
                let routeClass = RouteClass(id: id)
            else { return nil }
            let isSplit = routeClass.action == .split
            let inside = isSplit ? routeClassOf(frontend, in: .inside) : routeClass
            let outside = isSplit ? routeClassOf(frontend, in: .outside) : routeClass
            guard let inside, let outside, let inside = destination(inside, frontend),
                let outside = destination(outside, frontend)
            else { return nil }
            let place = InspectedFrontend.Place(
                address: frontend.address, family: family, port: frontend.port, transport: frontend.transport)
            return InspectedFrontend(place, inside: inside, outside: outside)
        }
    }

    private func routeClassOf(_ frontend: FrontendKey, in set: SetID) -> RouteClass? {
        guard case .routeClass(let id) = elements[set]?[.frontend(frontend)]?.value else { return nil }
        return RouteClass(id: id)
    }

    /// `nil` for a class that leads nowhere, because its target has been removed.
    private func destination(_ routeClass: RouteClass, _ frontend: FrontendKey) -> InspectedFrontend.Destination? {
        guard elements[.dispatch]?[.routeClass(routeClass.id)]?.value == .verdict(routeClass.verdict) else {
            return nil
        }
        switch routeClass.action {
        case .refuse: return .refuse
        case .drop: return .drop
        case .split: return nil
        case .pick(let count, let list): return backends(of: frontend, list, count)
        case .sticky(let number): return run(of: number).flatMap { backends(of: frontend, $0.list, $0.count) }
        }
    }

    private func backends(
        of frontend: FrontendKey, _ list: RouteClass.Backends, _ count: Int
    ) -> InspectedFrontend.Destination {
        let range = list.firstSlot..<list.firstSlot + UInt32(count)
        let slots = endpoints[frontend].filter { range.contains($0.slot) }
        return .backends(Set(slots.map { Backend(address: $0.backend.address, port: $0.backend.port) }))
    }
}
