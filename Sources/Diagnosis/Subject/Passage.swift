import InternetAddresses
import ServiceRouting

/// Connections from one kind of client to one frontend.
struct Passage: Sendable, Hashable {
    /// The location of the clients, as routing distinguishes it.
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
    /// The client's address, if known.
    var client: IPAddress?

    var destination: Destination { side == .inside ? frontend.inside : frontend.outside }
    var backends: [Backend] { route.backends(of: destination) }

    /// Whether the source ranges admit the client; `nil` if its address is unknown.
    var isAdmitted: Bool? {
        guard frontend.admission != .everyone else { return true }
        guard let client else { return nil }
        if frontend.admission == .sourceRangesAndItself, client == frontend.address { return true }
        return route.sourceRanges.contains { $0.contains(client) }
    }

    /// Whether the packets carry the mark that requests masquerading.
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
