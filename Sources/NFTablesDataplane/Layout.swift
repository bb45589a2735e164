import Dataplane
import InternetAddresses
import NFTables

/// What the table is made of, whatever Services there are: a constant number of sets, and the chains that packets pass.
///
/// docs/nftables.md walks a packet through it.
enum Layout {
    static let tableName = "servicelet"
    /// What kube-proxy calls its tables in nftables mode.
    static let kubeProxyTableName = "kube-proxy"

    /// An address that clients use: `ip daddr . meta l4proto . th dport`.
    static let frontend: [Field] = [.destinationAddress, .transportProtocol, .destinationPort]
    /// The same, of a connection whose destination has been translated already.
    static let originalFrontend: [Field] = [
        .originalDestinationAddress, .transportProtocol, .originalDestinationPort,
    ]
    static let backend: [Field] = [.destinationAddress, .destinationPort]

    // MARK: Sets

    /// frontend → class, for all connections
    static let services = NamedSet("services", key: frontend, value: .fields([.priority]))
    /// frontend → class, for connections from outside to frontends under external traffic policy Local
    static let outside = NamedSet("outside", key: frontend, value: .fields([.priority]))
    /// class → chain
    static let dispatch = NamedSet("dispatch", key: [.priority], value: .verdict)
    /// frontend . slot → backend
    static let endpoints = NamedSet(
        "endpoints", key: frontend + [.random(modulus: 1 << 16, offset: 0)], value: .fields(backend))
    /// client . frontend → backend, while session affinity lasts. A flood of made-up clients must not take all memory: those
    /// beyond the limit are served, and not remembered.
    static let affinity = NamedSet(
        "affinity", key: [.sourceAddress] + frontend, value: .fields(backend), kind: .dynamic(size: 1 << 18))
    /// Where a port that no Service has is refused, and what clients outside the pod network are masqueraded for
    static let clusterIPs = NamedSet("cluster-ips", key: [.destinationAddress])
    /// Frontends whose clients are masqueraded: external addresses under traffic policy Cluster
    static let masquerade = NamedSet("masqueraded", key: frontend)
    /// Frontends under external traffic policy Local
    static let localPolicy = NamedSet("local-policy", key: frontend)
    /// Backends on this node, as source and destination: a pod that has reached itself is masqueraded
    static let hairpin = NamedSet("hairpin", key: [.sourceAddress, .destinationAddress])
    /// Frontends that only some sources may use
    static let guarded = NamedSet("guarded", key: frontend)
    /// frontend . source, for those that may
    static let allowedSources = NamedSet("allowed-sources", key: frontend + [.sourceAddress], kind: .interval)
    /// The pod network
    static let podNetworks = NamedSet("pod-networks", key: [.sourceAddress], kind: .interval)

    static let sets = [
        services, outside, dispatch, endpoints, affinity, clusterIPs, masquerade, localPolicy, hairpin, guarded,
        allowedSources, podNetworks,
    ]

    /// Frontends whose clients are remembered for so many seconds; one set for each timeout in use.
    static func sticky(_ timeout: UInt32) -> NamedSet { NamedSet("sticky-\(timeout)", key: frontend) }

    // MARK: Chains

    static let prerouting = Chain("prerouting", hook: .init(.prerouting, priority: -100))
    static let output = Chain("output", hook: .init(.output, priority: -100))
    static let input = Chain("input", hook: .init(.input, priority: 100))
    static let postrouting = Chain("postrouting", hook: .init(.postrouting, priority: 100))
    static let serve = Chain("serve")
    static let refuse = Chain("refuse")
    static let sourceNAT = Chain("source-nat")
    static let remember = Chain("remember")

    /// Chains that are always there, those that others lead to first.
    static let chains = [refuse, serve, remember, sourceNAT, prerouting, output, input, postrouting]

    /// The rules of the chains that are always there.
    static func rules(
        _ family: IPFamily, _ configuration: DataplaneConfiguration, timeouts: [UInt32]
    ) -> [(chain: Chain, rules: [Rule])] {
        [
            (refuse, refuseRules(family)),
            (serve, serveRules),
            (remember, timeouts.sorted().map(rememberRule)),
            (sourceNAT, sourceNATRules(family, configuration)),
            (prerouting, preroutingRules(family, configuration)),
            (output, [guardRule, Rule(.verdict(.goto(serve.name)))]),
            (input, [Rule(.isTranslated, .verdict(.jump(remember.name)))]),
            (postrouting, [Rule(.isTranslated, .verdict(.goto(sourceNAT.name)))]),
        ]
    }

    /// A reset is understood at once and not rate-limited as ICMP is.
    private static func refuseRules(_ family: IPFamily) -> [Rule] {
        [Rule(.isTransport(.tcp), .reject(.tcpReset)), Rule(.reject(.portUnreachable(family)))]
    }

    private static let serveRules = [
        Rule(.setPriority(frontend, map: services.name), .dispatch([.priority], map: dispatch.name)),
        Rule(.isIn([.destinationAddress], set: clusterIPs.name), .verdict(.goto(refuse.name))),
    ]

    private static let guardRule = Rule(
        .isIn(frontend, set: guarded.name),
        .isIn(frontend + [.sourceAddress], set: allowedSources.name, negated: true), .verdict(.drop))

    private static func preroutingRules(_ family: IPFamily, _ configuration: DataplaneConfiguration) -> [Rule] {
        var fromOutside = Rule(.setPriority(frontend, map: outside.name), .dispatch([.priority], map: dispatch.name))
        if let isNoPod = isNoPod(family, configuration) { fromOutside.statements.insert(isNoPod, at: 0) }
        return [guardRule, fromOutside, Rule(.verdict(.goto(serve.name)))]
    }

    private static func sourceNATRules(_ family: IPFamily, _ configuration: DataplaneConfiguration) -> [Rule] {
        var rules = [
            Rule(.verdict(.jump(remember.name))),
            Rule(.isIn(originalFrontend, set: masquerade.name), .masquerade),
        ]
        let toClusterIP = Statement.isIn([.originalDestinationAddress], set: clusterIPs.name)
        if let isNoPod = isNoPod(family, configuration) {
            rules.append(Rule(toClusterIP, isNoPod, .masquerade))
        }
        rules.append(Rule(.isIn([.sourceAddress, .destinationAddress], set: hairpin.name), .masquerade))
        // The node may have reached a Local frontend from any of its addresses, even from the frontend's own.
        rules.append(Rule(.isIn(originalFrontend, set: localPolicy.name), .isFromThisNode, .masquerade))
        return rules
    }

    private static func rememberRule(_ timeout: UInt32) -> Rule {
        Rule(
            .isIn(originalFrontend, set: sticky(timeout).name),
            .remember([.originalSourceAddress] + originalFrontend, value: backend, map: affinity.name, timeout: timeout)
        )
    }

    /// What is true of connections that do not come from the pod network; `nil` when nothing is known of it.
    private static func isNoPod(_ family: IPFamily, _ configuration: DataplaneConfiguration) -> Statement? {
        switch configuration.localTraffic {
        case .unknown: nil
        case .networks where configuration.localTraffic.networks(of: family).isEmpty: nil
        case .networks: .isIn([.sourceAddress], set: podNetworks.name, negated: true)
        case .bridge(let name): .isFromInterface(name, negated: true)
        case .interfacePrefix(let prefix): .isFromInterface(prefix, isPrefix: true, negated: true)
        }
    }
}
