import InternetAddresses
import NFTables

/// The sets of the table whose elements depend on Services.
enum SetID: Sendable, Hashable {
    case services
    case inside
    case outside
    case dispatch
    case endpoints
    case clusterIPs
    case hairpin
    case allowedSources

    var definition: NamedSet {
        switch self {
        case .services: Layout.services
        case .inside: Layout.inside
        case .outside: Layout.outside
        case .dispatch: Layout.dispatch
        case .endpoints: Layout.endpoints
        case .clusterIPs: Layout.clusterIPs
        case .hairpin: Layout.hairpin
        case .allowedSources: Layout.allowedSources
        }
    }
}

/// The key of an element.
enum ElementKey: Sendable, Hashable {
    case frontend(FrontendKey)
    case slot(FrontendKey, UInt32)
    case address(IPAddress)
    /// The same address as source and as destination.
    case hairpin(IPAddress)
    /// A reference, because it is twice as large as the others, of which there may be hundreds of thousands.
    indirect case source(FrontendKey, IPNetwork)
    case routeClass(UInt32)
}

/// The value of an element.
enum ElementValue: Sendable, Hashable {
    case none
    case routeClass(UInt32)
    case backend(Slot)
    case verdict(Verdict)
}

/// A backend in its slot.
struct Slot: Sendable, Hashable {
    var address: IPAddress
    var port: UInt16
}
