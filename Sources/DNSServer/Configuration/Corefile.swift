import DNSMessages
import InternetAddresses
import ServiceNames

/// Reads a Corefile into a configuration: the plugins of kubeadm's Corefile, and some more. Others are refused by name
/// and line, because ignoring them would change what clients get.
package struct Corefile {
    /// The inputs of a Corefile besides its text.
    package struct Surroundings: Sendable {
        /// For `{$NAME}`.
        package var environment: [String: String]
        /// The servers in a file like /etc/resolv.conf.
        package var nameServers: @Sendable (_ path: String) throws(DNSConfigurationError) -> ResolverConfiguration

        package init(
            environment: [String: String],
            nameServers: @escaping @Sendable (String) throws(DNSConfigurationError) -> ResolverConfiguration
        ) {
            self.environment = environment
            self.nameServers = nameServers
        }
    }

    let surroundings: Surroundings
    var configuration = DNSConfiguration(servers: [])

    /// Reads `text`. Errors name the line and the remedy.
    package static func read(
        _ text: String, surroundings: Surroundings
    ) throws(DNSConfigurationError) -> DNSConfiguration {
        var corefile = Corefile(surroundings: surroundings)
        for block in try CorefileParser.parse(text, environment: surroundings.environment) {
            for server in try corefile.server(block) {
                if let other = corefile.configuration.servers.first(where: { $0.conflicts(with: server) }) {
                    let zone = server.zones.first { other.zones.contains($0) } ?? .root
                    throw DNSConfigurationError(
                        line: block.keys[0].line, "\(zone) on port \(server.port) has two blocks; join them")
                }
                corefile.configuration.servers.append(server)
            }
        }
        guard !corefile.configuration.servers.isEmpty else {
            throw DNSConfigurationError(place: "", "the Corefile has no block; write .:53 { … }")
        }
        corefile.settleTTLs()
        return corefile.configuration
    }

    private init(surroundings: Surroundings) { self.surroundings = surroundings }

    /// One server for each port in the block's keys.
    private mutating func server(_ block: CorefileBlock) throws(DNSConfigurationError) -> [ServerConfiguration] {
        var servers: [ServerConfiguration] = []
        for key in block.keys {
            let (zones, port) = try Self.key(key)
            if let index = servers.firstIndex(where: { $0.port == port }) {
                servers[index].zones += zones
            } else {
                servers.append(ServerConfiguration(zones: zones, port: port))
            }
        }
        var seen: Set<String> = []
        for directive in block.directives {
            let name = directive.name.text
            guard let read = Self.plugins[name] else {
                let known = Self.plugins.keys.sorted().joined(separator: ", ")
                throw DNSConfigurationError(line: directive.name.line, "\(name): not supported; there are \(known)")
            }
            guard seen.insert(name).inserted || Self.repeatable.contains(name) else {
                throw DNSConfigurationError(line: directive.name.line, "\(name) twice in one block; join them")
            }
            for index in servers.indices { try read(&self, directive, &servers[index]) }
        }
        return servers
    }

    typealias Reader =
        @Sendable (inout Corefile, CorefileDirective, inout ServerConfiguration) throws(DNSConfigurationError) -> Void

    private static let repeatable: Set<String> = ["forward", "rewrite", "bind", "log"]

    private static let plugins: [String: Reader] = [
        "errors": readErrors, "log": readLog, "health": readHealth, "ready": readReady, "prometheus": readPrometheus,
        "kubernetes": readKubernetes, "forward": readForward, "cache": readCache, "loop": readLoop,
        "reload": readReload, "loadbalance": readLoadBalance, "hosts": readHosts, "rewrite": readRewrite,
        "autopath": readAutopath, "bind": readBind,
    ]

    /// `[dns://]ZONE[:PORT]`; a network such as 10.0.0.0/8 stands for its reverse zone.
    private static func key(_ token: CorefileToken) throws(DNSConfigurationError) -> ([DomainName], UInt16) {
        var text = token.text[...]
        if let scheme = text.firstRange(of: "://") {
            guard text[..<scheme.lowerBound] == "dns" else {
                throw DNSConfigurationError(
                    line: token.line, "\(token.text): only dns:// is served; use dns://ZONE:PORT")
            }
            text = text[scheme.upperBound...]
        }
        var port: UInt16 = 53
        if let colon = text.lastIndex(of: ":"), let number = UInt16(text[text.index(after: colon)...]) {
            port = number
            text = text[..<colon]
        }
        return ([try zone(CorefileToken(text: String(text), line: token.line))], port)
    }

    static func zone(_ token: CorefileToken) throws(DNSConfigurationError) -> DomainName {
        if let network = IPNetwork(token.text) {
            guard let zone = network.reverseZone else {
                throw DNSConfigurationError(
                    line: token.line, "\(token.text): end the prefix at a whole label, as /8, /16 and /24 do")
            }
            return zone
        }
        guard let zone = DomainName(token.text) else {
            throw DNSConfigurationError(line: token.line, "\(token.text) is not a zone; write it like cluster.local")
        }
        return zone.lowercased
    }

    /// Records of the cluster bypass the cache, but its bounds for TTLs apply to them.
    private mutating func settleTTLs() {
        guard let server = configuration.servers.first(where: { $0.kubernetes?.zone != nil }), let cache = server.cache,
            let zone = server.kubernetes?.zone, !cache.success.disabledZones.contains(where: { zone.isWithin($0) })
        else { return }
        configuration.cluster?.bound(to: cache)
    }
}

extension ClusterConfiguration {
    /// Gives the records the TTLs that they would have with `cache`.
    mutating func bound(to cache: CachePlugin) {
        let range = cache.success.minimumTTL...max(cache.success.minimumTTL, cache.success.maximumTTL)
        ttl = min(max(ttl, range.lowerBound), range.upperBound)
        versionTTL = min(max(versionTTL, range.lowerBound), range.upperBound)
    }
}

extension ServerConfiguration {
    fileprivate func conflicts(with other: ServerConfiguration) -> Bool {
        port == other.port && !Set(zones).isDisjoint(with: other.zones)
            && (bind.isEmpty || other.bind.isEmpty || !Set(bind).isDisjoint(with: other.bind))
    }
}

extension IPNetwork {
    /// The zone of the addresses' PTR records, if the prefix ends at a label.
    fileprivate var reverseZone: DomainName? {
        let bytes = address.networkBytes
        if family == .ipv4 {
            guard prefixLength % 8 == 0 else { return nil }
            return DomainName(bytes.prefix(prefixLength / 8).reversed().map { "\($0)." }.joined() + "in-addr.arpa")
        }
        guard prefixLength % 4 == 0 else { return nil }
        let nibbles = bytes.flatMap { [$0 >> 4, $0 & 0xF] }.prefix(prefixLength / 4).reversed()
        return DomainName(nibbles.map { String($0, radix: 16) + "." }.joined() + "ip6.arpa")
    }
}
