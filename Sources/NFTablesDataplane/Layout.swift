import Dataplane
import InternetAddresses
import NFTables

/// The parts of the table that do not depend on Services.
///
/// docs/nftables.md walks a packet through it.
enum Layout {
    static let tableName = "servicelet"
    /// The name of kube-proxy's tables in nftables mode.
    static let kubeProxyTableName = "kube-proxy"

    /// An address that clients use: `ip daddr . meta l4proto . th dport`.
    static let frontend: [Field] = [.destinationAddress, .transportProtocol, .destinationPort]
    static let backend: [Field] = [.destinationAddress, .destinationPort]

    // MARK: Sets

    /// frontend → class
    static let services = NamedSet("services", key: frontend, value: .fields([.priority]))
    /// frontend → class for clients inside, of frontends that treat clients inside and outside differently
    static let inside = NamedSet("inside", key: frontend, value: .fields([.priority]))
    /// frontend → class for clients outside, of the same frontends
    static let outside = NamedSet("outside", key: frontend, value: .fields([.priority]))
    /// class → chain
    static let dispatch = NamedSet("dispatch", key: [.priority], value: .verdict)
    /// frontend . slot → backend
    static let endpoints = NamedSet(
        "endpoints", key: frontend + [.random(modulus: 1 << 16, offset: 0)], value: .fields(backend))
    /// Addresses whose other ports are refused
    static let clusterIPs = NamedSet("cluster-ips", key: [.destinationAddress])
    /// Backends on this node, as source and destination: connections from a pod to itself are masqueraded
    static let hairpin = NamedSet("hairpin", key: [.sourceAddress, .destinationAddress])
    /// frontend . source, for frontends restricted to some sources
    static let allowedSources = NamedSet("allowed-sources", key: frontend + [.sourceAddress], kind: .interval)

    /// The sets that always exist.
    static let sets = [services, inside, outside, dispatch, endpoints, clusterIPs, hairpin, allowedSources]

    static let affinityPrefix = "affinity/"
    /// The maximum number of clients remembered for one list of one Service port. A flood of forged clients must not
    /// take all memory: those beyond the limit are served, but not remembered.
    static let affinitySize: UInt32 = 1 << 16

    /// client → slot, while session affinity lasts; one map for each list of a Service port with affinity
    static func affinity(_ name: String) -> NamedSet {
        NamedSet(
            affinityPrefix + name, key: [.sourceAddress], value: .fields([.priority]),
            kind: .dynamic(size: affinitySize))
    }

    // MARK: Chains

    static let prerouting = Chain("prerouting", hook: .init(.prerouting, priority: -100))
    static let output = Chain("output", hook: .init(.output, priority: -100))
    static let postrouting = Chain("postrouting", hook: .init(.postrouting, priority: 100))
    /// Frontends that treat clients inside and outside differently
    static let split = Chain("split")
    /// The same, for permitted sources
    static let guardedSplit = Chain("split/guarded")
    static let insideClients = Chain("inside-clients")
    /// Connections whose priority is a slot: one chain for all lists with session affinity, because for each chain that
    /// begins to use a map the kernel walks over its elements
    static let remembered = Chain("remembered")
    /// Packets to no frontend
    static let unserved = Chain("unserved")
    static let refuse = Chain("refuse")
    /// Marks for masquerading unless the client is in the pod network
    static let outsiders = Chain("outsiders")
    /// Packets with one of our marks
    static let sourceNAT = Chain("source-nat")

    /// The rules of the chains that always exist, jump targets first.
    static func rules(_ context: LayoutContext) -> [(chain: Chain, rules: [Rule])] {
        let serve = Rule(.setPriority(frontend, map: services.name), .dispatch([.priority], map: dispatch.name))
        // These look up `dispatch` again, so it cannot lead to them: the kernel refuses possible loops.
        let others = [
            Rule(.isPriority(RouteClass(action: .split).id), .verdict(.goto(split.name))),
            Rule(.isPriority(RouteClass(action: .split, isGuarded: true).id), .verdict(.goto(guardedSplit.name))),
            Rule(.verdict(.goto(unserved.name))),
        ]
        return [
            (refuse, refuseRules(context.family)),
            (remembered, [Rule(.dnat(frontend + [.priority], map: endpoints.name))]),
            (outsiders, context.isInside.map { Rule($0, .verdict(.return)) } + [Rule(.setMark(context.masquerade))]),
            (insideClients, [lookUp(inside)]),
            (split, splitRules(context)),
            (guardedSplit, [guardRule, Rule(.verdict(.goto(split.name)))]),
            (unserved, unservedRules(context)),
            (sourceNAT, sourceNATRules(context)),
            // Inline rather than in a separate chain: every first packet of a connection passes here.
            (prerouting, [serve] + others),
            (output, [serve] + others),
            (postrouting, [Rule(.isMarked(context.marks), .verdict(.goto(sourceNAT.name)))]),
        ]
    }

    static let guardRule = Rule(
        .isIn(frontend + [.sourceAddress], set: allowedSources.name, negated: true), .verdict(.drop))

    private static func lookUp(_ set: NamedSet) -> Rule {
        Rule(.setPriority(frontend, map: set.name), .dispatch([.priority], map: dispatch.name))
    }

    /// Unlike ICMP, a reset takes effect at once and is not rate-limited.
    private static func refuseRules(_ family: IPFamily) -> [Rule] {
        [Rule(.isTransport(.tcp), .reject(.tcpReset)), Rule(.reject(.portUnreachable(family)))]
    }

    /// The node's own connections are inside, whatever their source address.
    private static func splitRules(_ context: LayoutContext) -> [Rule] {
        (context.isInside + [.isFromThisNode]).map { Rule($0, .verdict(.goto(insideClients.name))) } + [lookUp(outside)]
    }

    private static func unservedRules(_ context: LayoutContext) -> [Rule] {
        let addresses = [Statement.isIn([.destinationAddress], set: clusterIPs.name)]
        let networks = context.serviceNetworks.map { Statement.isTo($0) }
        return (addresses + networks).map { Rule($0, .verdict(.goto(refuse.name))) }
    }

    /// Clears the marks, and the slot of a sticky frontend, which must not leak to later hooks.
    private static func sourceNATRules(_ context: LayoutContext) -> [Rule] {
        [
            Rule(.clearPriority),
            Rule(
                .isIn([.sourceAddress, .destinationAddress], set: hairpin.name), .clearMark(context.marks),
                .masquerade),
            Rule(.isMarked(context.masquerade, negated: true), .clearMark(context.marks), .verdict(.return)),
            Rule(.clearMark(context.marks), .masquerade),
        ]
    }
}

/// What the rules depend on besides the Services.
struct LayoutContext: Sendable, Hashable {
    var family: IPFamily
    var localTraffic: LocalTraffic
    /// The bit of the packet mark that requests masquerading, the same as kube-proxy's.
    var masquerade: UInt32
    /// The networks of the cluster's Services, in which unused addresses are refused.
    var serviceNetworks: [IPNetwork]

    init(_ family: IPFamily, _ configuration: DataplaneConfiguration, serviceNetworks: [IPNetwork] = []) {
        self.family = family
        localTraffic = configuration.localTraffic
        masquerade = configuration.masqueradeMark
        self.serviceNetworks = serviceNetworks.filter { $0.family == family }.disjoint
    }

    /// The bit of the packet mark that requests the check for a pod reaching itself: 0x8000, which Kubernetes has
    /// always reserved for the node's Service rules (`iptablesDropBit`), or its neighbour.
    var hairpin: UInt32 { masquerade == 0x8000 ? 0x4000 : 0x8000 }
    var marks: UInt32 { masquerade | hairpin }

    /// Whether connections from the pod network can be recognised.
    var knowsPods: Bool {
        guard case .networks(let networks) = localTraffic else { return localTraffic != .unknown }
        return networks.contains { $0.family == family }
    }

    /// Alternative matches for connections from the pod network; empty if unknown.
    var isInside: [Statement] {
        switch localTraffic {
        case .unknown: []
        case .networks: localTraffic.networks(of: family).disjoint.map { .isFrom($0) }
        case .bridge(let name): [.isFromInterface(name)]
        case .interfacePrefix(let prefix): [.isFromInterface(prefix, isPrefix: true)]
        }
    }

    /// The match for connections not from the pod network, if one statement can express it.
    var isOutside: Statement? {
        guard isInside.count == 1 else { return nil }
        return switch isInside[0] {
        case .isFrom(let network, _): .isFrom(network, negated: true)
        case .isFromInterface(let name, let isPrefix, _): .isFromInterface(name, isPrefix: isPrefix, negated: true)
        default: nil
        }
    }
}
