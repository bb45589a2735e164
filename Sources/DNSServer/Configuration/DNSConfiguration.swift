package import DNSMessages
package import InternetAddresses
package import ServiceNames

/// The configuration of `servicelet dns`, from flags or a Corefile.
package struct DNSConfiguration: Sendable, Hashable {
    /// At least one; zones differ between servers of the same port.
    package var servers: [ServerConfiguration]
    /// Where objects come from; `nil` if no server answers for a cluster.
    package var cluster: ClusterConfiguration?
    package var health: HealthConfiguration?
    /// `HOST:PORT`, here and below; an empty host means all addresses.
    package var readyAddress: String?
    package var metricsAddress: String?
    /// How often a Corefile is checked for changes; `nil` for never.
    package var reloadInterval: Duration?
}

/// Where the objects of a cluster come from, and how their names are answered.
package struct ClusterConfiguration: Sendable, Hashable {
    package enum Origin: Sendable, Hashable {
        case manifests(path: String)
        /// If both are absent, the API server of the Pod that the program runs in.
        case api(kubeconfig: String?, master: String?)
    }

    package var origin: Origin
    package var zone: DomainName
    package var podMode: PodMode
    /// Seconds.
    package var ttl: UInt32
    package var versionTTL: UInt32
}

/// `health`: where `/health` is served, and how long queries are still answered after it reports shutdown.
package struct HealthConfiguration: Sendable, Hashable {
    package var address: String
    package var lameDuck: Duration
}

/// One block of a Corefile: the handling of questions in some zones at one port.
package struct ServerConfiguration: Sendable, Hashable {
    /// The zones, in lower case; the root for all questions.
    package var zones: [DomainName]
    package var port: UInt16
    /// The addresses to listen at; none for all.
    package var bind: [IPAddress]
    package var kubernetes: KubernetesPlugin?
    package var hosts: HostsPlugin?
    package var rewrites: [NameRewrite]
    package var forwards: [ForwardPlugin]
    package var cache: CachePlugin?
    package var autopath: AutopathPlugin?
    package var isShuffling: Bool
    package var isLoggingQueries: Bool
    package var isLoggingErrors: Bool
    package var detectsLoops: Bool

    package init(zones: [DomainName], port: UInt16, bind: [IPAddress] = []) {
        self.zones = zones
        self.port = port
        self.bind = bind
        rewrites = []
        forwards = []
        isShuffling = false
        isLoggingQueries = false
        isLoggingErrors = false
        detectsLoops = false
    }
}

/// `kubernetes`: the cluster's zone, and the reverse zones in which addresses are looked up.
package struct KubernetesPlugin: Sendable, Hashable {
    package var zone: DomainName?
    package var reverseZones: [DomainName]
    /// The zones in which names not found are passed to the next plugin.
    package var fallthroughZones: [DomainName]
}

/// `hosts`: a file like /etc/hosts, and lines of the same form.
package struct HostsPlugin: Sendable, Hashable {
    package var path: String?
    package var lines: [String]
    package var zones: [DomainName]
    package var ttl: UInt32
    package var hasReverse: Bool
    package var fallthroughZones: [DomainName]
    /// How often the file is checked; `nil` for never.
    package var reload: Duration?
}

/// `forward`: the servers for questions that are not answered here.
package struct ForwardPlugin: Sendable, Hashable {
    package enum Policy: String, Sendable, Hashable, CaseIterable {
        case random
        case roundRobin = "round_robin"
        case sequential
    }

    package var from: DomainName
    package var upstreams: [UpstreamAddress]
    package var except: [DomainName] = []
    package var policy = Policy.random
    package var maximumFailures: UInt32 = 2
    package var healthInterval: Duration = .milliseconds(500)
    package var usesTCP = false
    /// How long an idle connection is kept.
    package var expiry: Duration = .seconds(10)
    /// The maximum number of outstanding questions; 0 for the default of 4096.
    package var maximumConcurrent: UInt32 = 0
    /// The name in the upstreams' certificates; their address if `nil`.
    package var serverName: String?
    /// A file of certificate authorities instead of the system's.
    package var authorities: String?
}

/// A server to forward to.
package struct UpstreamAddress: Sendable, Hashable, CustomStringConvertible {
    package var address: IPAddress
    package var port: UInt16
    package var isTLS: Bool
    package var serverName: String?

    package var description: String {
        let host = address.family == .ipv6 ? "[\(address)]" : address.description
        return "\(isTLS ? "tls://" : "")\(host):\(port)"
    }
}

/// `cache`.
package struct CachePlugin: Sendable, Hashable {
    package struct Part: Sendable, Hashable {
        package var capacity: UInt32 = 9984
        /// The maximum and minimum time for which an answer is cached, in seconds.
        package var maximumTTL: UInt32
        package var minimumTTL: UInt32 = 5
        /// Zones whose answers are not cached.
        package var disabledZones: [DomainName] = []
    }

    package struct Prefetch: Sendable, Hashable {
        /// The number of hits, with pauses of at most `pause`, that make an answer popular.
        package var count: UInt32
        package var pause: Duration = .seconds(60)
        /// Prefetch when less than this fraction of its lifetime is left.
        package var percentage: UInt32 = 10
    }

    package struct Stale: Sendable, Hashable {
        package var duration: Duration = .seconds(3600)
        /// Whether upstream is tried before a stale answer is served.
        package var verifies = false
    }

    package var zones: [DomainName] = []
    package var success = Part(maximumTTL: 3600)
    package var denial = Part(maximumTTL: 1800)
    package var failureTTL: UInt32 = 5
    package var prefetch: Prefetch?
    package var stale: Stale?

    package init(maximumTTL: UInt32? = nil) {
        guard let maximumTTL else { return }
        success.maximumTTL = maximumTTL
        denial.maximumTTL = maximumTTL
    }
}

/// `autopath`: the search path of the client is walked here.
package enum AutopathPlugin: Sendable, Hashable {
    /// The client's Pod's, found by its address.
    case kubernetes
    /// The same for all clients.
    case search([DomainName])
}

/// `rewrite name`.
package struct NameRewrite: Sendable, Hashable {
    package enum Match: String, Sendable, Hashable, CaseIterable {
        case exact, prefix, suffix, substring, regex
    }

    package var match: Match
    package var from: String
    package var to: String
    /// Whether later rules apply to the new name.
    package var continues: Bool
}
