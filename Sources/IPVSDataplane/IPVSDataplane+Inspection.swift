import CLinux
package import Dataplane
import IPVS
import InternetAddresses
import Netlink
import ServiceRouting

extension IPVSDataplane {
    /// Reads back the virtual servers in the network namespace of `executor`: this mode's, kube-proxy's, and others'.
    package static func inspect(
        executor: (any SerialExecutor)? = nil
    ) async throws(DataplaneError) -> [InspectedFrontend] {
        try await IPVSDataplane(executor: executor).readBack()
    }

    private func readBack() throws(DataplaneError) -> [InspectedFrontend] {
        do throws(NetlinkError) {
            var connection = try IPVSConnection(try NetlinkSocket(family: NETLINK_GENERIC))
            var frontends: [InspectedFrontend] = []
            for server in try connection.virtualServers() {
                let backends = try connection.realServers(of: server.key).filter { $0.server.weight > 0 }.map {
                    Backend(address: $0.server.key.address, port: $0.server.key.port)
                }
                let place = InspectedFrontend.Place(
                    address: server.key.address, family: server.key.address.family, port: server.key.port,
                    transport: server.key.transport)
                // A virtual server without real servers refuses all connections.
                let destination: InspectedFrontend.Destination = backends.isEmpty ? .refuse : .backends(Set(backends))
                frontends.append(InspectedFrontend(place, inside: destination, outside: destination))
            }
            return frontends
        } catch {
            throw DataplaneError(error, "read back the virtual servers")
        }
    }
}
