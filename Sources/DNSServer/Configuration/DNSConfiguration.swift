package import DNSMessages
package import InternetAddresses
package import ServiceNames

/// What `servicelet dns` does, whether flags or a Corefile said so.
package struct DNSConfiguration: Sendable, Hashable {
    /// At least one, with zones that differ where ports are the same.
    package var servers: [ServerConfiguration]
    /// Where objects come from; `nil` where no server answers for a cluster.
    package var cluster: ClusterConfiguration?
    package var health: HealthConfiguration?
    /// `HOST:PORT`, here and below; an empty host means all addresses.
    package var readyAddress: String?
    package var metricsAddress: String?
    /// How often a Corefile is looked at for changes; `nil` for never.
    package var reloadInterval: Duration?
}

/// Where the objects of a cluster come from, and how their names are answered.
package struct ClusterConfiguration: Sendable, Hashable {
    package enum Origin: Sendable, Hashable {
        case manifests(path: String)
        /// Without either, the API server of the Pod that the program runs in.
        case api(kubeconfig: String?, master: String?)
    }

    package var origin: Origin
    package var zone: DomainName
    package var podMode: PodMode
    /// Seconds.
    package var ttl: UInt32
    package var versionTTL: UInt32
}

/// `health`: where `/health` is served, and for how long it goes on answering queries once it says no.
package struct HealthConfiguration: Sendable, Hashable {
    package var address: String
    package var lameDuck: Duration
}

/// One block of a Corefile: what is done with questions in some zones that come to one port.
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

/// `kubernetes`: the cluster's zone, and the reverse zones in which addresses are looked for.
package struct KubernetesPlugin: Sendable, Hashable {
    package var zone: DomainName?
    package var reverseZones: [DomainName]
    /// The zones in which a name that is not found goes on to the next plugin.
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
    /// How often the file is looked at; `nil` for never.
    package var reload: Duration?
}

/// `forward`: the servers that answer what is not answered here.
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
    /// How many questions may be on their way at once; 0 for the default of 4096.
    package var maximumConcurrent: UInt32 = 0
    /// The name in the upstreams' certificates; their address if `nil`.
    package var serverName: String?
    /// A file of authorities in place of the system's.
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
        /// The longest and the shortest time for which an answer is kept, in seconds.
        package var maximumTTL: UInt32
        package var minimumTTL: UInt32 = 5
        /// Zones whose answers are not kept.
        package var disabledZones: [DomainName] = []
    }

    package struct Prefetch: Sendable, Hashable {
        /// How often an answer must have been asked for, with no longer pause than `pause`.
        package var count: UInt32
        package var pause: Duration = .seconds(60)
        /// When less than this part of its time is left.
        package var percentage: UInt32 = 10
    }

    package struct Stale: Sendable, Hashable {
        package var duration: Duration = .seconds(3600)
        /// Whether upstream is asked before a stale answer is given.
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
    /// That of the client's Pod, found by its address.
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
    /// Whether the rules behind it are tried on the new name.
    package var continues: Bool
}
