import Dataplane
import InternetAddresses
import KubernetesAPI
import ServiceRouting
import UserspaceProxy

/// The listener that a frontend needs. A plain value, decided without the kernel.
struct ListenerPlan: Sendable, Hashable {
    var route: RouteKey
    var place: InspectedFrontend.Place
    var isClusterIP: Bool
    /// Where connections from inside go, and all others.
    var inside: Destination
    var outside: Destination
    /// The accepted sources; the kernel drops packets from others.
    var filter: SourceFilter
    /// The networks of clients inside; empty if that makes no difference.
    var insideNetworks: [IPNetwork] = []
    var proxyHeader: ProxyHeader?

    init(_ frontend: Frontend, of route: ServicePortRoute, on machine: MachineView) {
        self.route = route.key
        place = InspectedFrontend.Place(
            address: frontend.address, family: route.key.family, port: frontend.port,
            transport: route.key.name.transport)
        isClusterIP = frontend.kind == .clusterIP
        inside = frontend.inside
        outside = frontend.outside
        proxyHeader = route.proxyProtocol.map(ProxyHeader.init)
        filter = SourceFilter()
        // The node may connect to one of its addresses from that same address.
        let insideNetworks = (machine.insideNetworks(route.key.family) + frontend.itself).disjoint
        if inside != outside, outside != .drop { self.insideNetworks = insideNetworks }
        switch (inside, outside) {
        case (.drop, .drop): filter = .nobody
        case (_, .drop): filter.required.append(insideNetworks)
        default: break
        }
        if let ranges = Self.admitted(frontend, route) { filter.required.append(ranges) }
    }

    /// Without endpoints anywhere there is no socket, and the kernel refuses connections by itself.
    var isRefused: Bool { inside == .refuse && outside == .refuse }

    /// The networks that may use the frontend; `nil` for everyone.
    private static func admitted(_ frontend: Frontend, _ route: ServicePortRoute) -> [IPNetwork]? {
        switch frontend.admission {
        case .everyone: return nil
        case .sourceRanges: return route.sourceRanges.disjoint
        case .sourceRangesAndItself:
            return (route.sourceRanges + frontend.itself).disjoint
        }
    }
}

extension ServicePortRoute {
    /// The plan of each frontend.
    func listenerPlans(on machine: MachineView) -> [ListenerPlan] {
        frontends.map { ListenerPlan($0, of: self, on: machine) }
    }
}

extension Frontend {
    /// The frontend's own address as a network; empty for a node port that is open on every address.
    fileprivate var itself: [IPNetwork] {
        [address.flatMap { IPNetwork(containing: $0, prefixLength: $0.family.addressBits) }].compactMap(\.self)
    }
}

extension InspectedFrontend.Place {
    /// `TCP 10.96.0.5:80`, or `TCP *:30080` for every address of the machine.
    var text: String {
        let host = address.map { $0.family == .ipv6 ? "[\($0)]" : "\($0)" } ?? "*"
        return "\(transport) \(host):\(port)"
    }
}

extension ProxyHeader {
    fileprivate init(_ version: Service.ProxyProtocol) {
        switch version {
        case .v1: self = .v1
        case .v2: self = .v2
        }
    }
}
