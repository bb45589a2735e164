/// The links between a client's question and an answer, in the order in which a connection meets them.
package enum LinkKind: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
    /// Reading the objects: the API server, or the folder of manifests.
    case objects
    /// How a client turns the name that it was given into the name that it asks for.
    case name
    /// What the DNS server answers.
    case dns
    case service
    case selector
    case pods
    /// The ports of the Service, on the pods and in the slices.
    case ports
    case slices
    /// Which endpoints this node uses, and for whom.
    case routing
    /// The addresses that clients use, and who has them.
    case frontends
    /// The program that programs the kernel.
    case proxy
    /// What the kernel holds, compared with what it should.
    case kernel
    /// Settings and limits of this machine.
    case machine
    /// Rules of other programs.
    case rules
    case conntrack
    /// The way from this node to the backends.
    case path
    case backend

    package static func < (lhs: LinkKind, rhs: LinkKind) -> Bool { lhs.position < rhs.position }

    private var position: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// What stands above the link where the chain is drawn.
    package var title: String { self == .dns ? "DNS" : rawValue.prefix(1).uppercased() + rawValue.dropFirst() }

    /// Whether nobody can say that a connection works while this link could not be looked at.
    ///
    /// The others are ways to find a cause: a pod that cannot be seen may still answer.
    var isDecisive: Bool {
        switch self {
        case .objects, .service, .routing, .frontends, .kernel: true
        default: false
        }
    }
}
