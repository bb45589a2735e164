import DNSMessages
import InternetAddresses
import Logging
import ServiceNames

/// Answers what cannot be answered at once: aliases, rewritten names, and names of other servers.
struct Resolver: Sendable {
    /// The longest chain of aliases.
    private static let chainLimit = 16

    let names: Published<ServiceNames?>
    let logger: Logger
    private let errors: RareLog

    init(names: Published<ServiceNames?>, logger: Logger) {
        self.names = names
        self.logger = logger
        errors = RareLog(logger)
    }

    /// The full response to a query. Never fails: errors become SERVFAIL, overload REFUSED.
    func resolve(_ deferred: DeferredQuery) async -> (response: Response, plugin: QueryRecord.Plugin) {
        do {
            guard let rewritten = deferred.server.rewriter.rewrite(deferred.question.name) else {
                return try await resolve(deferred.question, deferred)
            }
            var question = deferred.question
            question.name = rewritten
            let answer = try await resolve(question, deferred)
            return (answer.response.restoring(deferred.question.name, insteadOf: rewritten), answer.plugin)
        } catch {
            if deferred.server.configuration.isLoggingErrors {
                errors.error("\(deferred.question.name) \(deferred.question.type): \(error)")
            }
            return (Response(code: error.code == .overload ? .refused : .serverFailure), .forward)
        }
    }

    /// Refreshes a cached answer that has expired or is about to.
    func refresh(_ deferred: DeferredQuery) async {
        do {
            _ = try await fetch(deferred.question, deferred)
        } catch {
            deferred.server.cache?.refreshed(deferred.cacheKey)
        }
    }

    private func resolve(
        _ question: Question, _ deferred: DeferredQuery
    ) async throws(ForwardError) -> (response: Response, plugin: QueryRecord.Plugin) {
        let server = deferred.server
        let lower = question.name.lowercased
        if let plugin = server.configuration.hosts, let table = server.hosts {
            if let answer = table.current.answer(question, lowercased: lower, plugin: plugin) {
                return (answer, .hosts)
            }
            // As in CoreDNS: without `fallthrough` the question is not passed on, and a zone without an
            // SOA has no NXDOMAIN.
            if plugin.ends(lower) { return (Response(code: .serverFailure), .hosts) }
        }
        if let local = try await local(question, deferred) { return (local, .kubernetes) }
        if let cache = server.cache, server.caches(lower) {
            switch cache.find(deferred.cacheKey(for: question), at: ContinuousClock.now.seconds) {
            case .fresh(let response, let kind, _):
                server.metrics.countCache(hit: kind, prefetch: false, stale: false)
                return (response, .cache)
            case .stale(let response, let kind, _):
                if let answer = try? await fetch(question, deferred), answer.code != .serverFailure {
                    return (answer, .forward)
                }
                cache.refreshed(deferred.cacheKey(for: question))
                server.metrics.countCache(hit: kind, prefetch: false, stale: true)
                return (response, .cache)
            case nil: server.metrics.countCacheMiss()
            }
        }
        return (try await fetch(question, deferred), .forward)
    }

    /// Asks upstream, and caches the answer.
    private func fetch(_ question: Question, _ deferred: DeferredQuery) async throws(ForwardError) -> Response {
        let server = deferred.server
        guard let forwarder = server.forwarder(for: question.name) else { return Response(code: .refused) }
        if let probe = server.loopProbe, probe == question.name {
            forwarder.noteLoop()
            logger.error(
                """
                Questions that are forwarded to \(forwarder.upstreams.map { "\($0.address)" }.joined(separator: ", ")) \
                come back here: names outside the cluster get SERVFAIL. Forward to other servers than /etc/resolv.conf \
                of this machine names.
                """)
            throw ForwardError(.loop, "a question of our own came back")
        }
        let response: Response
        do {
            response = try await forwarder.forward(
                question, flags: deferred.query.flags,
                wantsSignatures: deferred.query.edns?.wantsSignatures ?? false)
        } catch {
            guard error.code != .overload, let cache = server.cache, server.caches(question.name) else { throw error }
            _ = cache.keep(
                Response(code: .serverFailure), for: deferred.cacheKey(for: question), at: ContinuousClock.now.seconds)
            throw error
        }
        guard let cache = server.cache, server.caches(question.name) else { return response }
        return cache.keep(
            response, for: deferred.cacheKey(for: question), at: ContinuousClock.now.seconds)
    }
}

// The local answer.
extension Resolver {
    /// The cluster's answer to a question; `nil` if another server must answer.
    private func local(_ question: Question, _ deferred: DeferredQuery) async throws(ForwardError) -> Response? {
        guard let plugin = deferred.server.configuration.kubernetes, let names = names.current else { return nil }
        let buffer = NameBuffer(question.name)
        let length = question.name.wire.count
        guard plugin.zone != nil, let count = names.labelCount(of: buffer, length: length) else {
            return reverse(question, plugin: plugin, names: names, deferred)
        }
        let lookup = names.lookup(buffer, labelCount: count, type: question.type, own: deferred.server.ownAddresses)
        switch lookup {
        case .alias(let targets):
            return try await follow(targets, from: question, names: names, deferred)
        case .noName:
            if let answer = await autopath(question, labelCount: count, names: names, deferred) { return answer }
            if plugin.fallsThrough(question.name.lowercased) { return nil }
        default: break
        }
        return names.response(lookup, to: question)
    }

    private func reverse(
        _ question: Question, plugin: KubernetesPlugin, names: ServiceNames, _ deferred: DeferredQuery
    ) -> Response? {
        guard let zone = plugin.reverseZones.first(where: { question.name.isWithin($0) }) else { return nil }
        if question.type == .ptr, let address = ReverseName.address(NameBuffer(question.name)),
            let answer = names.pointers(to: address, nameLength: question.name.wire.count)
        {
            return names.response(.answer(answer), to: question)
        }
        if question.type == .soa || question.name.lowercased == zone {
            return names.response(.noData, to: question, zone: zone)
        }
        return plugin.fallsThrough(question.name.lowercased)
            ? nil : names.response(.noName, to: question, zone: zone)
    }

    /// Follows an alias. As in CoreDNS, a target outside the cluster is an answer even if it cannot be resolved; one
    /// within that leads to no address is not.
    private func follow(
        _ targets: [DomainName], from question: Question, names: ServiceNames, _ deferred: DeferredQuery
    ) async throws(ForwardError) -> Response {
        var visited: Set<DomainName> = [question.name.lowercased]
        var response = Response(flags: .authoritative)
        for target in targets {
            response.answer += await chain(to: target, from: question, visited: &visited, names: names, deferred)
        }
        // CNAME records come before what they lead to.
        response.answer = response.answer.filter { $0.type == .cname } + response.answer.filter { $0.type != .cname }
        if response.answer.isEmpty { response = names.response(.noData, to: question) }
        guard let cache = deferred.server.cache else { return response }
        return response.withTTL(response.lifetime(within: cache.plugin.success))
    }

    /// The CNAME record to `target`, and the target's records; nothing for a dead end within the cluster.
    private func chain(
        to target: DomainName, from question: Question, visited: inout Set<DomainName>, names: ServiceNames,
        _ deferred: DeferredQuery
    ) async -> [ResourceRecord] {
        let link = ResourceRecord(name: question.name, type: .cname, ttl: names.ttl, data: target.wire)
        guard visited.insert(target.lowercased).inserted, visited.count <= Self.chainLimit else { return [] }
        let next = Question(name: target, type: question.type)
        let buffer = NameBuffer(target)
        guard let count = names.labelCount(of: buffer, length: target.wire.count) else {
            return [link] + ((try? await resolve(next, deferred).response)?.answer ?? [])
        }
        var rest: [ResourceRecord] = []
        let lookup = names.lookup(buffer, labelCount: count, type: question.type, own: deferred.server.ownAddresses)
        if case .alias(let further) = lookup {
            for target in further {
                rest += await chain(to: target, from: next, visited: &visited, names: names, deferred)
            }
        } else {
            rest = names.response(lookup, to: next).answer
        }
        return rest.isEmpty ? [] : [link] + rest
    }

    /// Walks the client's search path for a name that its first element does not have (`autopath` of CoreDNS): the
    /// answer is what the client would have found after more questions, under the name that it queried.
    private func autopath(
        _ question: Question, labelCount count: Int, names: ServiceNames, _ deferred: DeferredQuery
    ) async -> Response? {
        guard let plugin = deferred.server.configuration.autopath, question.type == .a || question.type == .aaaa else {
            return nil
        }
        let path = names.searchPath(plugin, client: deferred.client)
        guard let first = path.first, question.name.isWithin(first), question.name.wire.count > first.wire.count else {
            return nil
        }
        let base = question.name.wire.dropLast(first.wire.count)
        for zone in path.dropFirst() + [.root] {
            guard base.count + zone.wire.count <= DomainName.maximumLength else { continue }
            let name = DomainName(trusted: Array(base) + zone.wire)
            var quiet = deferred
            quiet.question.name = name
            let candidate = Question(name: name, type: question.type)
            guard let found = try? await resolve(candidate, quiet).response, found.code == .noError,
                !found.answer.isEmpty
            else { continue }
            var response = found
            response.flags.formUnion(.authoritative)
            let ttl = found.answer.map(\.ttl).min() ?? names.ttl
            response.answer.insert(
                ResourceRecord(name: question.name, type: .cname, ttl: ttl, data: name.wire), at: 0)
            deferred.server.metrics.countAutopath()
            return response
        }
        return nil
    }
}
