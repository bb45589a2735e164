import DNSMessages
import InternetAddresses

// The plugins that answer questions, except the cluster's.
extension Corefile {
    static func readForward(
        _ corefile: inout Corefile, _ directive: CorefileDirective, _ server: inout ServerConfiguration
    ) throws(DNSConfigurationError) {
        try directive.expect(
            arguments: 2...17,
            options: [
                "except", "policy", "max_fails", "health_check", "force_tcp", "prefer_udp", "expire", "max_concurrent",
                "tls", "tls_servername",
            ])
        var plugin = ForwardPlugin(from: try zone(directive.arguments[0]), upstreams: [])
        for token in directive.arguments.dropFirst() {
            plugin.upstreams += try corefile.upstreams(token)
        }
        for option in directive.body {
            switch option.name.text {
            case "except": plugin.except += try option.arguments.zones()
            case "max_fails": plugin.maximumFailures = UInt32(try option.oneArgument().number(in: 0...1_000_000))
            case "max_concurrent":
                plugin.maximumConcurrent = UInt32(try option.oneArgument().number(in: 0...1_000_000))
            case "health_check":
                plugin.healthInterval = try option.duration()
            case "expire": plugin.expiry = try option.duration()
            case "force_tcp":
                try option.expectNothing()
                plugin.usesTCP = true
            case "prefer_udp": try option.expectNothing()
            case "tls_servername": plugin.serverName = try option.oneArgument().text
            case "tls":
                guard option.arguments.count <= 1 else {
                    throw DNSConfigurationError(
                        line: option.name.line,
                        "tls: client certificates are not supported; give one file of authorities")
                }
                plugin.authorities = option.arguments.first?.text
            default:
                let token = try option.oneArgument()
                guard let policy = ForwardPlugin.Policy(rawValue: token.text) else {
                    throw DNSConfigurationError(
                        line: token.line, "policy \(token.text): use random, round_robin or sequential")
                }
                plugin.policy = policy
            }
        }
        server.forwards.append(plugin)
    }

    /// A file like /etc/resolv.conf, or `[dns://|tls://]ADDRESS[:PORT][%NAME]`.
    private func upstreams(_ token: CorefileToken) throws(DNSConfigurationError) -> [UpstreamAddress] {
        if token.text.hasPrefix("/") {
            let servers: [UpstreamAddress]
            do {
                servers = try surroundings.nameServers(token.text).servers
            } catch {
                throw DNSConfigurationError(line: token.line, error.description)
            }
            guard !servers.isEmpty else {
                throw DNSConfigurationError(line: token.line, "\(token.text) names no server; add a nameserver line")
            }
            return servers
        }
        guard let upstream = UpstreamAddress(token.text) else {
            throw DNSConfigurationError(
                line: token.line,
                "forward to \(token.text): give an address such as 192.0.2.53:53, tls://192.0.2.53, or a file")
        }
        return [upstream]
    }

    static func readCache(
        _: inout Corefile, _ directive: CorefileDirective, _ server: inout ServerConfiguration
    ) throws(DNSConfigurationError) {
        try directive.expect(
            arguments: 0...64, options: ["success", "denial", "prefetch", "serve_stale", "servfail", "disable"])
        var arguments = directive.arguments[...]
        var plugin = CachePlugin()
        if let ttl = arguments.first.flatMap({ UInt32($0.text) }) {
            guard ttl > 0 else {
                throw DNSConfigurationError(line: directive.name.line, "cache 0: give seconds from 1 on, or omit cache")
            }
            plugin = CachePlugin(maximumTTL: ttl)
            arguments = arguments.dropFirst()
        }
        plugin.zones = try Array(arguments).zones()
        for option in directive.body {
            switch option.name.text {
            case "success": try option.readPart(into: &plugin.success)
            case "denial": try option.readPart(into: &plugin.denial)
            case "servfail": plugin.failureTTL = min(300, UInt32(try option.duration().components.seconds))
            case "disable":
                try option.expect(arguments: 1...64, options: [])
                let listed = try Array(option.arguments.dropFirst()).zones()
                let zones = listed.isEmpty ? server.zones : listed
                switch option.arguments[0].text {
                case "success": plugin.success.disabledZones += zones
                case "denial": plugin.denial.disabledZones += zones
                default:
                    throw DNSConfigurationError(
                        line: option.name.line, "disable \(option.arguments[0].text): use success or denial")
                }
            case "prefetch":
                try option.expect(arguments: 1...3, options: [])
                var prefetch = CachePlugin.Prefetch(count: UInt32(try option.arguments[0].number(in: 1...1_000_000)))
                if option.arguments.count > 1 { prefetch.pause = try option.arguments[1].duration() }
                if option.arguments.count > 2 {
                    let token = option.arguments[2]
                    let text = token.text.hasSuffix("%") ? String(token.text.dropLast()) : token.text
                    prefetch.percentage = UInt32(
                        try CorefileToken(text: text, line: token.line).number(in: 10...90))
                }
                plugin.prefetch = prefetch
            default:
                try option.expect(arguments: 0...2, options: [])
                var stale = CachePlugin.Stale()
                if let token = option.arguments.first { stale.duration = try token.duration() }
                if option.arguments.count > 1 {
                    let mode = option.arguments[1]
                    guard ["immediate", "verify"].contains(mode.text) else {
                        throw DNSConfigurationError(
                            line: mode.line, "serve_stale \(mode.text): use immediate or verify")
                    }
                    stale.verifies = mode.text == "verify"
                }
                plugin.stale = stale
            }
        }
        server.cache = plugin
    }

    static func readHosts(
        _: inout Corefile, _ directive: CorefileDirective, _ server: inout ServerConfiguration
    ) throws(DNSConfigurationError) {
        var plugin = HostsPlugin(
            path: nil, lines: [], zones: [], ttl: 3600, hasReverse: true, fallthroughZones: [], reload: .seconds(5))
        var arguments = directive.arguments[...]
        if let first = arguments.first, first.text.contains("/") {
            plugin.path = first.text
            arguments = arguments.dropFirst()
        } else if arguments.isEmpty, !directive.body.contains(where: { IPAddress($0.name.text) != nil }) {
            plugin.path = "/etc/hosts"
        }
        plugin.zones = try Array(arguments).zones()
        for option in directive.body {
            switch option.name.text {
            case "ttl": plugin.ttl = UInt32(try option.oneArgument().number(in: 1...65535))
            case "no_reverse": plugin.hasReverse = false
            case "reload":
                let interval = try option.duration()
                plugin.reload = interval == .zero ? nil : max(interval, .seconds(1))
            case "fallthrough":
                let zones = try option.arguments.zones()
                plugin.fallthroughZones = zones.isEmpty ? [.root] : zones
            default:
                guard IPAddress(option.name.text) != nil, !option.arguments.isEmpty else {
                    throw DNSConfigurationError(
                        line: option.name.line,
                        "hosts: \(option.name.text): neither ADDRESS NAME… nor ttl, no_reverse, reload or fallthrough")
                }
                plugin.lines.append(([option.name] + option.arguments).map(\.text).joined(separator: " "))
            }
        }
        server.hosts = plugin
    }

    static func readRewrite(
        _: inout Corefile, _ directive: CorefileDirective, _ server: inout ServerConfiguration
    ) throws(DNSConfigurationError) {
        var arguments = directive.arguments.map(\.text)[...]
        var rule = NameRewrite(match: .exact, from: "", to: "", continues: false)
        if let mode = arguments.first, ["stop", "continue"].contains(mode) {
            rule.continues = mode == "continue"
            arguments = arguments.dropFirst()
        }
        guard arguments.popFirst() == "name" else {
            throw DNSConfigurationError(
                line: directive.name.line, "rewrite: only names can be rewritten; write rewrite name …")
        }
        if arguments.count > 2, let kind = arguments.first {
            guard let match = NameRewrite.Match(rawValue: kind) else {
                throw DNSConfigurationError(
                    line: directive.name.line, "rewrite name \(kind): use exact, prefix, suffix, substring or regex")
            }
            rule.match = match
            arguments = arguments.dropFirst()
        }
        // Answers always get the queried name back, as with `answer auto`.
        if arguments.count == 4, Array(arguments.suffix(2)) == ["answer", "auto"] { arguments = arguments.dropLast(2) }
        guard arguments.count == 2, let from = arguments.first, let to = arguments.last, directive.body.isEmpty else {
            throw DNSConfigurationError(
                line: directive.name.line, "rewrite name: give FROM and TO, and at most \"answer auto\" after them")
        }
        rule.from = from
        rule.to = to
        if rule.match == .regex, (try? Regex(from)) == nil {
            throw DNSConfigurationError(
                line: directive.name.line, "rewrite name regex \(from): not a regular expression")
        }
        server.rewrites.append(rule)
    }

    static func readAutopath(
        _ corefile: inout Corefile, _ directive: CorefileDirective, _ server: inout ServerConfiguration
    ) throws(DNSConfigurationError) {
        try directive.expect(arguments: 1...64, options: [])
        guard let source = directive.arguments.last else { return }
        if source.text == "@kubernetes" {
            server.autopath = .kubernetes
        } else if source.text.hasPrefix("/") {
            do {
                server.autopath = .search(try corefile.surroundings.nameServers(source.text).search)
            } catch {
                throw DNSConfigurationError(line: source.line, error.description)
            }
        } else {
            throw DNSConfigurationError(
                line: source.line, "autopath \(source.text): use @kubernetes, or a file such as /etc/resolv.conf")
        }
    }
}
