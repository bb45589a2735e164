import InternetAddresses
import KubernetesAPI

/// What a frontend occupies, and what only one Service port can have.
enum FrontendSpot: Sendable, Hashable {
    case address(IPAddress, port: UInt16, TransportProtocol)
    /// The port on all of the node's addresses for node ports.
    case nodePort(UInt16, IPFamily, TransportProtocol)
}

/// A Service port that asks for a spot. The first in order gets it, whichever came first.
struct FrontendClaimant: Sendable, Hashable, Comparable {
    /// No Service may take over a clusterIP by naming it as an externalIP.
    var isClusterIP: Bool
    /// Seconds since 1970.
    var creationTime: Int64
    var name: ServicePortName

    static func < (lhs: Self, rhs: Self) -> Bool {
        if lhs.isClusterIP != rhs.isClusterIP { return lhs.isClusterIP }
        return (lhs.creationTime, lhs.name) < (rhs.creationTime, rhs.name)
    }
}

/// One Service port asking for one spot.
struct FrontendClaim: Sendable, Hashable {
    var spot: FrontendSpot
    var claimant: FrontendClaimant
}

extension Service {
    /// All that the Service asks for; nothing if it is not routed.
    var claims: [FrontendClaim] {
        requests.flatMap { request in
            let (name, family) = (request.key.name, request.key.family)
            var claims = request.addresses.map { frontend in
                FrontendClaim(
                    spot: .address(frontend.address, port: frontend.port, name.transport),
                    claimant: FrontendClaimant(
                        isClusterIP: frontend.kind == .clusterIP, creationTime: metadata.creationTime, name: name))
            }
            if let nodePort = request.nodePort {
                claims.append(
                    FrontendClaim(
                        spot: .nodePort(nodePort, family, name.transport),
                        claimant: FrontendClaimant(
                            isClusterIP: false, creationTime: metadata.creationTime, name: name)))
            }
            return claims
        }
    }
}

/// Who asks for which frontend, of all Services.
///
/// Nearly every spot has one claimant, so a lone one is stored without an array.
struct FrontendClaims: Sendable {
    private enum Claimants: Sendable {
        case one(FrontendClaimant)
        /// In order, the owner first; two or more.
        case several([FrontendClaimant])

        var all: [FrontendClaimant] {
            switch self {
            case .one(let claimant): [claimant]
            case .several(let claimants): claimants
            }
        }

        /// `nil` for none.
        init?(_ claimants: [FrontendClaimant]) {
            guard let first = claimants.first else { return nil }
            self = claimants.count == 1 ? .one(first) : .several(claimants)
        }
    }

    private var claimants: [FrontendSpot: Claimants] = [:]

    /// The Service port that has the spot; `nil` if nobody asks for it.
    func owner(of spot: FrontendSpot) -> ServicePortName? {
        switch claimants[spot] {
        case .one(let claimant): claimant.name
        case .several(let claimants): claimants.first?.name
        case nil: nil
        }
    }

    /// Replaces what a Service asks for. Services for which the owner of a spot is now another one are added to
    /// `touched`.
    mutating func replace(
        _ old: [FrontendClaim], with new: [FrontendClaim], touched: inout Set<NamespacedName>
    ) {
        guard old != new else { return }
        for claim in old { withdraw(claim, touched: &touched) }
        for claim in new { enter(claim, touched: &touched) }
    }

    private mutating func enter(_ claim: FrontendClaim, touched: inout Set<NamespacedName>) {
        var list = claimants[claim.spot]?.all ?? []
        let index = list.firstIndex { claim.claimant < $0 } ?? list.endIndex
        if index == 0 { touched.formUnion(list.lazy.map(\.name.service)) }
        list.insert(claim.claimant, at: index)
        claimants[claim.spot] = Claimants(list)
    }

    private mutating func withdraw(_ claim: FrontendClaim, touched: inout Set<NamespacedName>) {
        guard var list = claimants[claim.spot]?.all, let index = list.firstIndex(of: claim.claimant) else { return }
        list.remove(at: index)
        if index == 0 { touched.formUnion(list.lazy.map(\.name.service)) }
        claimants[claim.spot] = Claimants(list)
    }
}
