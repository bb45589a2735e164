import DNSMessages
import InternetAddresses
import ServiceNames

// The plugins that concern the server as a whole.
extension Corefile {
    static func readErrors(
        _: inout Corefile, _ directive: CorefileDirective, _ server: inout ServerConfiguration
    ) throws(DNSConfigurationError) {
        try directive.expectNothing()
        server.isLoggingErrors = true
    }

    static func readLog(
        _: inout Corefile, _ directive: CorefileDirective, _ server: inout ServerConfiguration
    ) throws(DNSConfigurationError) {
        try directive.expectNothing()
        server.isLoggingQueries = true
    }

    static func readLoop(
        _: inout Corefile, _ directive: CorefileDirective, _ server: inout ServerConfiguration
    ) throws(DNSConfigurationError) {
        try directive.expectNothing()
        server.detectsLoops = true
    }

    static func readLoadBalance(
        _: inout Corefile, _ directive: CorefileDirective, _ server: inout ServerConfiguration
    ) throws(DNSConfigurationError) {
        try directive.expect(arguments: 0...1, options: [])
        if let policy = directive.arguments.first, policy.text != "round_robin" {
            throw DNSConfigurationError(line: policy.line, "loadbalance \(policy.text): only round_robin is supported")
        }
        server.isShuffling = true
    }

    static func readHealth(
        _ corefile: inout Corefile, _ directive: CorefileDirective, _: inout ServerConfiguration
    ) throws(DNSConfigurationError) {
        try directive.expect(arguments: 0...1, options: ["lameduck"])
        var lameDuck = Duration.zero
        for option in directive.body { lameDuck = try option.duration() }
        corefile.configuration.health = HealthConfiguration(
            address: directive.arguments.first?.text ?? ":8080", lameDuck: lameDuck)
    }

    static func readReady(
        _ corefile: inout Corefile, _ directive: CorefileDirective, _: inout ServerConfiguration
    ) throws(DNSConfigurationError) {
        try directive.expect(arguments: 0...1, options: [])
        corefile.configuration.readyAddress = directive.arguments.first?.text ?? ":8181"
    }

    static func readPrometheus(
        _ corefile: inout Corefile, _ directive: CorefileDirective, _: inout ServerConfiguration
    ) throws(DNSConfigurationError) {
        try directive.expect(arguments: 0...1, options: [])
        corefile.configuration.metricsAddress = directive.arguments.first?.text ?? "localhost:9153"
    }

    static func readReload(
        _ corefile: inout Corefile, _ directive: CorefileDirective, _: inout ServerConfiguration
    ) throws(DNSConfigurationError) {
        try directive.expect(arguments: 0...2, options: [])
        let interval = try directive.arguments.first.map { token throws(DNSConfigurationError) in try token.duration() }
        corefile.configuration.reloadInterval = max(interval ?? .seconds(30), .seconds(1))
    }

    static func readBind(
        _: inout Corefile, _ directive: CorefileDirective, _ server: inout ServerConfiguration
    ) throws(DNSConfigurationError) {
        try directive.expect(arguments: 1...64, options: [])
        for token in directive.arguments {
            guard let address = IPAddress(token.text) else {
                throw DNSConfigurationError(line: token.line, "bind \(token.text): give an IP address")
            }
            server.bind.append(address)
        }
    }

    static func readKubernetes(
        _ corefile: inout Corefile, _ directive: CorefileDirective, _ server: inout ServerConfiguration
    ) throws(DNSConfigurationError) {
        try directive.expect(
            arguments: 0...64, options: ["kubeconfig", "endpoint", "pods", "ttl", "fallthrough"])
        var plugin = KubernetesPlugin(zone: nil, reverseZones: [], fallthroughZones: [])
        let zones = try directive.arguments.zones()
        for zone in zones.isEmpty ? server.zones : zones {
            if zone.isReverse {
                plugin.reverseZones.append(zone)
            } else if plugin.zone == nil {
                plugin.zone = zone
            } else {
                throw DNSConfigurationError(
                    line: directive.name.line, "kubernetes \(zone): a cluster has one domain; leave one of them")
            }
        }
        var cluster = ClusterConfiguration(
            origin: .api(kubeconfig: nil, master: nil), zone: plugin.zone ?? .root, podMode: .disabled, ttl: 5,
            versionTTL: 28800)
        var kubeconfig: String?
        var master: String?
        for option in directive.body {
            switch option.name.text {
            case "kubeconfig": kubeconfig = try option.oneArgument().text
            case "endpoint": master = try option.oneArgument().text
            case "ttl": cluster.ttl = UInt32(try option.oneArgument().number(in: 0...3600))
            case "pods":
                let token = try option.oneArgument()
                guard let mode = PodMode(rawValue: token.text) else {
                    throw DNSConfigurationError(
                        line: token.line, "pods \(token.text): use disabled, insecure or verified")
                }
                cluster.podMode = mode
            default:
                let zones = try option.arguments.zones()
                plugin.fallthroughZones = zones.isEmpty ? [.root] : zones
            }
        }
        cluster.origin = .api(kubeconfig: kubeconfig.flatMap { $0.isEmpty ? nil : $0 }, master: master)
        if let known = corefile.configuration.cluster, known != cluster {
            if plugin.zone != nil, known.zone != .root {
                throw DNSConfigurationError(
                    line: directive.name.line, "kubernetes with other options than in an earlier block; make them alike"
                )
            }
            if plugin.zone == nil { cluster = known }
        }
        corefile.configuration.cluster = cluster
        server.kubernetes = plugin
    }
}

extension DomainName {
    /// Whether this is a reverse zone.
    package var isReverse: Bool {
        let reverse = ["in-addr.arpa", "ip6.arpa"].compactMap { DomainName($0) }
        return reverse.contains { isWithin($0) }
    }
}
