import DNSMessages
import InternetAddresses
import ServiceNames

/// A running server block: its configuration and resources, usable by many threads.
final class ActiveServer: Sendable {
    let configuration: ServerConfiguration
    /// `dns://:53`, its name in metrics.
    let label: String
    /// The first of its zones, its name in metrics.
    let zoneLabel: String
    let zoneLabelCounts: [Int]
    let reverseZones: [(zone: DomainName, labelCount: Int)]
    let hosts: Published<HostsTable>?
    let rewriter: NameRewriter
    let forwarders: [Forwarder]
    let cache: SharedCache?
    /// A name that only we query, through upstream.
    let loopProbe: DomainName?
    /// The addresses at which clients find this server.
    let ownAddresses: [IPAddress]
    let metrics = ServerMetrics()

    /// Takes over the cache of `earlier` if its configuration is unchanged.
    init(
        _ configuration: ServerConfiguration, ownAddresses: [IPAddress], earlier: ActiveServer?
    ) throws(DNSConfigurationError) {
        self.configuration = configuration
        self.ownAddresses = configuration.bind.isEmpty ? ownAddresses : configuration.bind
        label = "dns://:\(configuration.port)"
        zoneLabel = configuration.zones.first?.description ?? "."
        zoneLabelCounts = configuration.zones.map(\.labels.count)
        reverseZones = (configuration.kubernetes?.reverseZones ?? []).map { ($0, $0.labels.count) }
        hosts = configuration.hosts.map { Published(HostsTable($0.lines.joined(separator: "\n"))) }
        rewriter = NameRewriter(configuration.rewrites)
        var forwarders: [Forwarder] = []
        for plugin in configuration.forwards {
            if let same = earlier?.forwarders.first(where: { $0.plugin == plugin }) {
                forwarders.append(same)
            } else {
                forwarders.append(try Forwarder(plugin))
            }
        }
        self.forwarders = forwarders
        if let plugin = configuration.cache {
            cache = earlier?.cache?.plugin == plugin ? earlier?.cache : SharedCache(plugin)
        } else {
            cache = nil
        }
        if configuration.detectsLoops, !configuration.forwards.isEmpty {
            let label = String(UInt64.random(in: .min ... .max), radix: 36)
            loopProbe = DomainName("\(label).\(String(UInt64.random(in: .min ... .max), radix: 36))")?
                .appending(configuration.zones.first ?? .root)
        } else {
            loopProbe = nil
        }
    }

    /// The number of labels of the most specific zone that contains the name; `nil` if none does.
    func match(_ name: NameBuffer, length: Int) -> Int? {
        var best: Int?
        for (zone, count) in zip(configuration.zones, zoneLabelCounts)
        where name.labelsBefore(zone, labelCount: count, length: length) != nil {
            best = max(best ?? 0, count)
        }
        return best
    }

    /// Whether answers to this question are cached.
    func caches(_ name: DomainName) -> Bool {
        guard let cache else { return false }
        return cache.plugin.zones.isEmpty || cache.plugin.zones.contains { name.isWithin($0) }
    }

    func forwarder(for name: DomainName) -> Forwarder? {
        forwarders.filter { $0.covers(name) }.max { $0.plugin.from.wire.count < $1.plugin.from.wire.count }
    }
}
