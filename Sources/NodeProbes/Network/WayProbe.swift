import CLinux
package import Diagnosis
package import InternetAddresses
import Netlink
import Routes

/// How this node sends packets to addresses.
package enum WayProbe {
    /// The route to each address. Blocks.
    package static func look(_ addresses: [IPAddress]) -> [IPAddress: WayFacts] {
        var ways: [IPAddress: WayFacts] = [:]
        do throws(NetlinkError) {
            var routes = RoutesConnection(try NetlinkSocket(family: NETLINK_ROUTE))
            var links: [UInt32: LinkDetails] = [:]
            for address in addresses {
                do throws(NetlinkError) {
                    let found = try routes.route(to: address)
                    if links[found.linkIndex] == nil {
                        links[found.linkIndex] = try routes.details(ofLink: found.linkIndex)
                    }
                    let link = links[found.linkIndex]
                    ways[address] = WayFacts(
                        .route(
                            WayFacts.Route(
                                device: link?.name ?? "interface \(found.linkIndex)", gateway: found.gateway,
                                prefixLength: found.prefixLength, mtu: found.mtu ?? link?.mtu ?? 1500,
                                isLocal: found.isLocal)))
                } catch {
                    ways[address] = WayFacts(.none(systemMessage(error.errno)))
                }
            }
        } catch {
            return ways
        }
        return ways
    }

    /// The addresses of unresponsive neighbours. Blocks.
    package static func silentNeighbours() -> Set<IPAddress> {
        do throws(NetlinkError) {
            var routes = RoutesConnection(try NetlinkSocket(family: NETLINK_ROUTE))
            return try routes.silentNeighbours()
        } catch {
            // If neighbours cannot be listed, none is known to be unresponsive.
            return []
        }
    }

    /// The names of the bridges of this network namespace. Blocks.
    package static func bridges() -> [String] {
        do throws(NetlinkError) {
            var routes = RoutesConnection(try NetlinkSocket(family: NETLINK_ROUTE))
            return try routes.links().filter { $0.kind == "bridge" }.map(\.name)
        } catch {
            return []
        }
    }
}
