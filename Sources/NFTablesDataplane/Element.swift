import InternetAddresses
import NFTables

/// The sets of the table whose elements come and go with Services.
enum SetID: Sendable, Hashable {
    case services
    case outside
    case dispatch
    case endpoints
    case affinity
    case clusterIPs
    case masquerade
    case localPolicy
    case hairpin
    case guarded
    case allowedSources
    case sticky(UInt32)

    var definition: NamedSet {
        switch self {
        case .services: Layout.services
        case .outside: Layout.outside
        case .dispatch: Layout.dispatch
        case .endpoints: Layout.endpoints
        case .affinity: Layout.affinity
        case .clusterIPs: Layout.clusterIPs
        case .masquerade: Layout.masquerade
        case .localPolicy: Layout.localPolicy
        case .hairpin: Layout.hairpin
        case .guarded: Layout.guarded
        case .allowedSources: Layout.allowedSources
        case .sticky(let timeout): Layout.sticky(timeout)
        }
    }
}

/// What an element is found by.
enum ElementKey: Sendable, Hashable {
    case frontend(FrontendKey)
    case slot(FrontendKey, UInt32)
    case address(IPAddress)
    /// The same address as source and as destination.
    case hairpin(IPAddress)
    case source(FrontendKey, IPNetwork)
    case client(IPAddress, FrontendKey)
    case routeClass(UInt32)
}

/// What an element leads to.
enum ElementValue: Sendable, Hashable {
    case none
    case routeClass(UInt32)
    case backend(Slot)
    case verdict(Verdict)
}

/// A backend in its place.
struct Slot: Sendable, Hashable {
    var address: IPAddress
    var port: UInt16
}
