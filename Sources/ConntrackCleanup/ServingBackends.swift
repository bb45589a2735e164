import InternetAddresses
import ServiceRouting

/// The serving endpoints of a Service port, whether or not they are chosen for new connections, or what stands for
/// them.
struct ServingBackends: Sendable, Hashable {
    /// The route's own sorted list, not a copy.
    private var backends: [Backend] = []

    init() {}

    init(of route: ServicePortRoute) { backends = route.servingBackends }

    /// The sockets of a process that carries the route itself, if `arrivals` has them.
    init(of route: ServicePortRoute, _ arrivals: [RouteKey: [Backend]]?) {
        backends = arrivals.map { ($0[route.key] ?? []).sorted() } ?? route.servingBackends
    }

    var isEmpty: Bool { backends.isEmpty }

    func isSubset(of other: ServingBackends) -> Bool {
        backends == other.backends || backends.allSatisfy { other.contains($0.address, $0.port) }
    }

    /// A binary search, because a table of tracked connections may have hundreds of thousands of entries.
    func contains(_ address: IPAddress, _ port: UInt16) -> Bool {
        let wanted = Backend(address: address, port: port)
        var range = 0..<backends.count
        while !range.isEmpty {
            let middle = (range.lowerBound + range.upperBound) / 2
            if backends[middle] < wanted {
                range = middle + 1..<range.upperBound
            } else {
                range = range.lowerBound..<middle
            }
        }
        guard range.lowerBound < backends.count else { return false }
        let found = backends[range.lowerBound]
        return found.address == wanted.address && found.port == wanted.port
    }
}
