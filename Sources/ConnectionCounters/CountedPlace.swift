package import InternetAddresses
import ServiceRouting

/// Where connections are counted: the key of a frontend.
package struct CountedPlace: Sendable, Hashable {
    package var family: IPFamily
    /// `nil` for a node port that is open on all addresses of the machine.
    package var address: IPAddress?
    package var port: UInt16
    package var transport: TransportProtocol

    package init(family: IPFamily, address: IPAddress?, port: UInt16, transport: TransportProtocol) {
        self.family = family
        self.address = address
        self.port = port
        self.transport = transport
    }
}

extension ServicePortRoute {
    /// The places of the route's frontends.
    var countedPlaces: Set<CountedPlace> {
        Set(
            frontends.map {
                CountedPlace(
                    family: key.family, address: $0.address, port: $0.port, transport: key.name.transport)
            })
    }
}
