/// The links between a client and an answer, in the order in which a connection passes them.
package enum LinkKind: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
    /// Reading the objects: the API server, or the folder of manifests.
    case objects
    /// How a client's resolver expands the given name.
    case name
    /// The DNS server's answer.
    case dns
    case service
    case selector
    case pods
    /// The ports of the Service, on the pods and in the slices.
    case ports
    case slices
    /// Which endpoints this node uses, and for which clients.
    case routing
    /// The addresses that clients use, and their owners.
    case frontends
    /// The program that programs the kernel.
    case proxy
    /// The kernel's state, compared with the desired one.
    case kernel
    /// Settings and limits of this machine.
    case machine
    /// Rules of other programs.
    case rules
    case conntrack
    /// The path from this node to the backends.
    case path
    case backend

    package static func < (lhs: LinkKind, rhs: LinkKind) -> Bool { lhs.position < rhs.position }

    private var position: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// The label above the link in the diagram.
    package var title: String { self == .dns ? "DNS" : rawValue.prefix(1).uppercased() + rawValue.dropFirst() }

    /// Whether a connection cannot be called working if this link could not be checked.
    ///
    /// The others only help to find a cause: a pod that cannot be seen may still answer.
    var isDecisive: Bool {
        switch self {
        case .objects, .service, .routing, .frontends, .kernel: true
        default: false
        }
    }
}
