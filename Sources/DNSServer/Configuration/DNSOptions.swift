import DNSMessages
import InternetAddresses
import ServiceNames

/// The flags of `servicelet dns`, as given.
package struct DNSOptions: Sendable {
    package static let defaultHealthAddress = ":8080"
    package static let defaultReadyAddress = ":8181"
    package static let defaultMetricsAddress = "localhost:9153"

    package var corefile: String?
    package var manifests: String?
    package var kubeconfig: String?
    package var master: String?
    package var bindAddresses: [String] = []
    package var port: UInt16 = 53
    package var clusterDomain = "cluster.local"
    package var pods = PodMode.insecure.rawValue
    package var ttl: UInt32 = 30
    package var forward: [String] = []
    /// Seconds; 0 for no cache.
    package var cache: UInt32 = 0
    package var usesAutopath = false
    package var healthAddress = Self.defaultHealthAddress
    package var readyAddress = Self.defaultReadyAddress
    package var metricsAddress = Self.defaultMetricsAddress
    /// The prefix of the flags for addresses and upstreams, for messages.
    package var flagPrefix = "--"

    package init() {}

    /// The source of the server's configuration. Throws, naming the flag, if the flags are invalid.
    package func origin() throws(DNSConfigurationError) -> DNSServer.Origin {
        guard let corefile else { return .flags(try configuration()) }
        let manifests = manifests
        let kubeconfig = kubeconfig
        return .corefile(path: corefile) { configuration in
            guard configuration.cluster != nil else { return }
            if let manifests {
                configuration.cluster?.origin = .manifests(path: manifests)
            } else if let kubeconfig {
                configuration.cluster?.origin = .api(kubeconfig: kubeconfig, master: nil)
            }
        }
    }

    /// The configuration from flags, without a Corefile.
    package func configuration() throws(DNSConfigurationError) -> DNSConfiguration {
        guard let zone = DomainName(clusterDomain)?.lowercased, zone != .root else {
            throw DNSConfigurationError(
                place: "--cluster-domain", "\(clusterDomain) is not a domain; write it like cluster.local")
        }
        guard let podMode = PodMode(rawValue: pods) else {
            throw DNSConfigurationError(place: "--pods", "\(pods): use disabled, insecure or verified")
        }
        if manifests != nil, kubeconfig != nil || master != nil {
            throw DNSConfigurationError(
                place: "--manifests", "takes the place of a cluster; omit it, or --kubeconfig and --master")
        }
        if usesAutopath, podMode != .verified {
            throw DNSConfigurationError(
                place: "--autopath", "needs to know which Pod a query comes from; add --pods verified")
        }
        var server = ServerConfiguration(zones: [.root], port: port)
        for text in bindAddresses {
            guard let address = IPAddress(text) else {
                throw DNSConfigurationError(place: "\(flagPrefix)bind-address", "\(text) is not an IP address")
            }
            server.bind.append(address)
        }
        // Both families on one socket.
        if server.bind == [IPAddress(ipv6High: 0, low: 0)] { server.bind = [] }
        server.kubernetes = KubernetesPlugin(
            zone: zone, reverseZones: Self.reverseZones, fallthroughZones: Self.reverseZones)
        server.forwards = [ForwardPlugin(from: .root, upstreams: try upstreams())]
        if server.forwards[0].upstreams.isEmpty { server.forwards = [] }
        server.cache = cache == 0 ? nil : CachePlugin(maximumTTL: cache)
        server.autopath = usesAutopath ? .kubernetes : nil
        server.isShuffling = true
        server.isLoggingErrors = true
        server.detectsLoops = true
        var cluster = ClusterConfiguration(
            origin: manifests.map { .manifests(path: $0) } ?? .api(kubeconfig: kubeconfig, master: master), zone: zone,
            podMode: podMode, ttl: ttl, versionTTL: 28800)
        if let cache = server.cache { cluster.bound(to: cache) }
        return DNSConfiguration(
            servers: [server], cluster: cluster,
            health: healthAddress.isEmpty
                ? nil : HealthConfiguration(address: healthAddress, lameDuck: .zero),
            readyAddress: readyAddress.isEmpty ? nil : readyAddress,
            metricsAddress: metricsAddress.isEmpty ? nil : metricsAddress)
    }

    /// The servers of --forward, or those of /etc/resolv.conf.
    private func upstreams() throws(DNSConfigurationError) -> [UpstreamAddress] {
        guard !forward.isEmpty else { return try ResolverConfiguration(path: "/etc/resolv.conf").servers }
        var upstreams: [UpstreamAddress] = []
        for text in forward.flatMap({ $0.split(separator: ",").map(String.init) }) {
            if text.hasPrefix("/") {
                upstreams += try ResolverConfiguration(path: text).servers
            } else if let upstream = UpstreamAddress(text) {
                upstreams.append(upstream)
            } else {
                throw DNSConfigurationError(
                    place: "\(flagPrefix)forward",
                    "\(text): give an address such as 192.0.2.53, 192.0.2.53:5353 or tls://192.0.2.53, or a file")
            }
        }
        return upstreams
    }

    private static let reverseZones = ["in-addr.arpa", "ip6.arpa"].compactMap { DomainName($0) }
}
