import InternetAddresses
import KubernetesAPI

/// What a frontend occupies; only one Service port can have it.
enum FrontendSpot: Sendable, Hashable {
    case address(IPAddress, port: UInt16, TransportProtocol)
    /// The port on all of the node's addresses for node ports.
    case nodePort(UInt16, IPFamily, TransportProtocol)
}

/// A Service port that asks for a spot. The first in order gets it, regardless of arrival.
///
/// A class, because a claimant is larger than all other data of a spot.
final class FrontendClaimant: Sendable, Hashable, Comparable {
    /// No Service may take over a clusterIP by naming it as an externalIP.
    let isClusterIP: Bool
    /// Seconds since 1970.
    let creationTime: Int64
    let name: ServicePortName

    init(isClusterIP: Bool, creationTime: Int64, name: ServicePortName) {
        self.isClusterIP = isClusterIP
        self.creationTime = creationTime
        self.name = name
    }

    static func == (lhs: FrontendClaimant, rhs: FrontendClaimant) -> Bool {
        lhs === rhs
            || (lhs.isClusterIP, lhs.creationTime, lhs.name) == (rhs.isClusterIP, rhs.creationTime, rhs.name)
    }

    func hash(into hasher: inout Hasher) { hasher.combine(name) }

    static func < (lhs: FrontendClaimant, rhs: FrontendClaimant) -> Bool {
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
            let time = metadata.creationTime
            var claims = request.addresses.map { frontend in
                FrontendClaim(
                    spot: .address(frontend.address, port: frontend.port, name.transport),
                    claimant: FrontendClaimant(
                        isClusterIP: frontend.kind == .clusterIP, creationTime: time, name: name))
            }
            if let nodePort = request.nodePort {
                let claimant = FrontendClaimant(isClusterIP: false, creationTime: time, name: name)
                claims.append(FrontendClaim(spot: .nodePort(nodePort, family, name.transport), claimant: claimant))
            }
            return claims
        }
    }
}

/// Which Service ports ask for which frontends.
struct FrontendClaims: Sendable {
    /// Nearly every spot has one claimant.
    private var sole: [FrontendSpot: FrontendClaimant] = [:]
    /// If there are two or more: in order, the owner first.
    private var contested: [FrontendSpot: [FrontendClaimant]] = [:]

    /// The Service port that owns the spot; `nil` if none claims it.
    func owner(of spot: FrontendSpot) -> ServicePortName? {
        sole[spot]?.name ?? contested[spot]?.first?.name
    }

    /// Replaces what a Service asks for. Other Services that gain or lose a spot are added to `touched`.
    mutating func replace(
        _ old: [FrontendClaim], with new: [FrontendClaim], touched: inout Set<NamespacedName>
    ) {
        guard old != new else { return }
        for claim in old { withdraw(claim, touched: &touched) }
        for claim in new { enter(claim, touched: &touched) }
    }

    private mutating func enter(_ claim: FrontendClaim, touched: inout Set<NamespacedName>) {
        var list = claimants(of: claim.spot)
        let index = list.firstIndex { claim.claimant < $0 } ?? list.endIndex
        if index == 0 { touched.formUnion(list.lazy.map(\.name.service)) }
        list.insert(claim.claimant, at: index)
        store(list, for: claim.spot)
    }

    private mutating func withdraw(_ claim: FrontendClaim, touched: inout Set<NamespacedName>) {
        var list = claimants(of: claim.spot)
        guard let index = list.firstIndex(of: claim.claimant) else { return }
        list.remove(at: index)
        if index == 0 { touched.formUnion(list.lazy.map(\.name.service)) }
        store(list, for: claim.spot)
    }

    private func claimants(of spot: FrontendSpot) -> [FrontendClaimant] {
        sole[spot].map { [$0] } ?? contested[spot] ?? []
    }

    private mutating func store(_ list: [FrontendClaimant], for spot: FrontendSpot) {
        sole[spot] = list.count == 1 ? list.first : nil
        contested[spot] = list.count > 1 ? list : nil
    }
}
