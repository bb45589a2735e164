import InternetAddresses
import ServiceRouting

/// Connections of one sort of clients to one frontend.
struct Passage: Sendable, Hashable {
    /// Where the clients are, as routing distinguishes them.
    enum Side: String, Sendable, Hashable {
        /// Pods, and the node itself.
        case inside
        case outside
    }

    var route: ServicePortRoute
    var frontend: Frontend
    var side: Side
    /// Whether the node itself is the client.
    var isFromNode = false
    /// The client's address, where it is known.
    var client: IPAddress?

    var destination: Destination { side == .inside ? frontend.inside : frontend.outside }
    var backends: [Backend] { route.backends(of: destination) }

    /// Whether the source ranges admit the client; `nil` if that depends on an address that is not known.
    var isAdmitted: Bool? {
        guard frontend.admission != .everyone else { return true }
        guard let client else { return nil }
        if frontend.admission == .sourceRangesAndItself, client == frontend.address { return true }
        return route.sourceRanges.contains { $0.contains(client) }
    }

    /// Whether the packets bear the mark that asks for masquerading.
    var isMasqueraded: Bool {
        switch frontend.masquerade {
        case .everyone: true
        case .thisNode: isFromNode
        case .clientsOutsidePodNetwork: side == .outside || isFromNode
        }
    }

    /// `clusterIP 10.96.0.5:80/TCP`
    var place: String { "\(frontend.identity)/\(route.key.name.transport)" }
}
