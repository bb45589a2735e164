import InternetAddresses
import KubernetesAPI

/// What a frontend occupies, and what only one Service port can have.
enum FrontendSpot: Sendable, Hashable {
    case address(IPAddress, port: UInt16, TransportProtocol)
    case nodePort(UInt16, IPFamily, TransportProtocol)

    init(_ frontend: Frontend, of key: RouteKey) {
        if let address = frontend.address {
            self = .address(address, port: frontend.port, key.name.transport)
        } else {
            self = .nodePort(frontend.port, key.family, key.name.transport)
        }
    }
}

/// A Service port that asks for a spot. The first by order gets it, whoever came first.
struct FrontendClaimant: Sendable, Hashable, Comparable {
    /// Nobody may take over a clusterIP by naming it as an externalIP.
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
            request.frontends.map { frontend in
                FrontendClaim(
                    spot: FrontendSpot(frontend, of: request.key),
                    claimant: FrontendClaimant(
                        isClusterIP: frontend.kind == .clusterIP, creationTime: metadata.creationTime,
                        name: request.key.name))
            }
        }
    }
}

/// Who asks for which frontend, of all Services.
struct FrontendClaims: Sendable {
    /// In order, the owner first; never empty.
    private var claimants: [FrontendSpot: [FrontendClaimant]] = [:]

    /// The Service port that has the spot; `nil` if nobody asks for it.
    func owner(of spot: FrontendSpot) -> ServicePortName? { claimants[spot]?.first?.name }

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
        let list = claimants[claim.spot, default: []]
        let index = list.firstIndex { claim.claimant < $0 } ?? list.endIndex
        claimants[claim.spot, default: []].insert(claim.claimant, at: index)
        if index == 0 { touched.formUnion(list.lazy.map(\.name.service)) }
    }

    private mutating func withdraw(_ claim: FrontendClaim, touched: inout Set<NamespacedName>) {
        guard let index = claimants[claim.spot]?.firstIndex(of: claim.claimant) else { return }
        claimants[claim.spot]?.remove(at: index)
        guard let rest = claimants[claim.spot], !rest.isEmpty else {
            claimants[claim.spot] = nil
            return
        }
        if index == 0 { touched.formUnion(rest.lazy.map(\.name.service)) }
    }
}
