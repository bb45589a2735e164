import DNSMessages
import InternetAddresses
import ServiceNames

/// How a query arrived.
enum QueryTransport: UInt8, Sendable, Hashable {
    case udp, tcp
}

/// A query that cannot be answered at once: it needs another server, or several steps.
struct DeferredQuery: Sendable {
    var query: Query
    var question: Question
    var server: ActiveServer
    var transport: QueryTransport
    var client: IPAddress
    var arrival: ContinuousClock.Instant
    /// The bytes of the query.
    var size: Int
}

/// Answers queries, one at a time, from prepared bytes; one per thread.
struct QueryProcessor: Sendable {
    enum Outcome: Sendable {
        /// The response is in the buffer.
        case answered
        /// No response.
        case silent
        case deferred(DeferredQuery)
    }

    private var servers: Published<[ActiveServer]>.Copy
    private var names: Published<ServiceNames?>.Copy
    private var name = NameBuffer()
    private var writer = AnswerWriter()
    private let transport: QueryTransport

    init(servers: Published<[ActiveServer]>, names: Published<ServiceNames?>, transport: QueryTransport) {
        self.servers = servers.makeCopy()
        self.names = names.makeCopy()
        self.transport = transport
    }

    /// Takes the newest names and configuration; call before each batch of queries.
    mutating func refresh() {
        servers.refresh()
        names.refresh()
    }

    /// Answers `message` into `out`, or says what else to do. `record` receives the metrics.
    mutating func process(
        _ message: Span<UInt8>, client: IPAddress, arrival: ContinuousClock.Instant, into out: inout [UInt8],
        record: inout QueryRecord
    ) -> Outcome {
        let start = out.count
        let verdict = QueryReader.read(message, into: &writer.query, name: &name)
        record.reset(size: message.count, transport: transport, family: client.family)
        switch verdict {
        case .ignore: return .silent
        case .reject(let code, let echoing):
            writer.appendError(code, to: message, echoingQuestion: echoing, into: &out)
            record.finish(code, size: out.count - start)
            return .answered
        case .answer: break
        }
        let query = writer.query
        record.note(query)
        writer.limit = transport == .udp ? query.datagramLimit : 65535
        guard let server = server(length: query.nameLength), Self.isServed(query) else {
            writer.appendError(.refused, to: message, into: &out)
            record.finish(.refused, size: out.count - start)
            return .answered
        }
        record.server = server
        if server.configuration.isLoggingQueries {
            record.logged = (client, DomainName(trusted: Array(name.bytes[..<query.nameLength])))
        }
        writer.isShuffling = server.configuration.isShuffling
        if let code = answer(query, from: server, message, into: &out) {
            record.finish(code, size: out.count - start)
            record.plugin = .kubernetes
            return .answered
        }
        let question = Question(
            name: DomainName(trusted: message.bytes(Query.questionStart..<(Query.questionStart + query.nameLength))),
            type: query.type, recordClass: query.recordClass)
        let deferred = DeferredQuery(
            query: query, question: question, server: server, transport: transport, client: client, arrival: arrival,
            size: message.count)
        guard let hit = deferred.cached(at: arrival) else { return .deferred(deferred) }
        out += deferred.message(hit.response)
        record.finish(hit.response.code, size: out.count - start)
        record.plugin = .cache
        if hit.shouldRefresh {
            record.refresh = deferred
        }
        return .answered
    }

    /// Zone transfers are refused, and all classes except the Internet's.
    private static func isServed(_ query: Query) -> Bool {
        query.type != .axfr && query.type != .ixfr
            && (query.recordClass == RecordClass.internet || query.recordClass == RecordClass.any)
    }

    private func server(length: Int) -> ActiveServer? {
        if servers.value.count == 1, servers.value[0].configuration.zones.contains(.root) { return servers.value[0] }
        var best: (server: ActiveServer, labels: Int)?
        for server in servers.value {
            if let labels = server.match(name, length: length), labels >= best?.labels ?? 0 { best = (server, labels) }
        }
        return best?.server
    }

    /// Answers from local names alone; returns the response code, or `nil` if that is not possible.
    private mutating func answer(
        _ query: Query, from server: ActiveServer, _ message: Span<UInt8>, into out: inout [UInt8]
    ) -> ResponseCode? {
        guard let plugin = server.configuration.kubernetes, let names = names.value, !isForOthers(query, server) else {
            return nil
        }
        if plugin.zone != nil, let count = names.labelCount(of: name, length: query.nameLength) {
            return answer(names, labelCount: count, from: server, message, into: &out)
        }
        for (zone, labelCount) in server.reverseZones {
            guard let before = name.labelsBefore(zone, labelCount: labelCount, length: query.nameLength) else {
                continue
            }
            let authority = ZoneAuthority(zoneLength: zone.wire.count, serial: names.serial, ttl: names.ttl)
            if query.type == .soa {
                if before == 0 {
                    writer.appendAuthorityAnswer(authority, to: message, into: &out)
                } else {
                    writer.appendNegative(.noError, authority: authority, to: message, into: &out)
                }
                return .noError
            }
            if before == 0, query.type != .ns {
                writer.appendNegative(.noError, authority: authority, to: message, into: &out)
                return .noError
            }
            if ServiceNames.isNameServer(name, labelCount: before) {
                let addresses = names.nameServerAddresses(type: query.type, own: server.ownAddresses, zone: zone)
                if let addresses {
                    writer.append(addresses, zoneLength: zone.wire.count, to: message, into: &out)
                } else {
                    writer.appendNegative(.noError, authority: authority, to: message, into: &out)
                }
                return .noError
            }
            if query.type == .ptr, let address = ReverseName.address(name),
                let answer = names.pointers(to: address, nameLength: query.nameLength)
            {
                writer.append(answer, zoneLength: names.zone.wire.count, to: message, into: &out)
                return .noError
            }
            if before == 0, let answer = names.reverseNameServers(zone: zone, own: server.ownAddresses) {
                writer.append(answer, zoneLength: zone.wire.count, to: message, into: &out)
                return .noError
            }
            guard !plugin.fallsThrough(DomainName(trusted: Array(name.bytes[..<query.nameLength]))) else { return nil }
            writer.appendNegative(.nameError, authority: authority, to: message, into: &out)
            return .nameError
        }
        return nil
    }

    /// Whether a plugin before the cluster's may answer the question.
    private func isForOthers(_ query: Query, _ server: ActiveServer) -> Bool {
        guard !server.rewriter.isEmpty || server.hosts != nil else { return false }
        let name = DomainName(trusted: Array(name.bytes[..<query.nameLength]))
        if server.rewriter.rewrite(name) != nil { return true }
        guard let plugin = server.configuration.hosts, let table = server.hosts?.current else { return false }
        return table.mayAnswer(name, type: query.type) || plugin.ends(name)
    }

    private mutating func answer(
        _ names: ServiceNames, labelCount count: Int, from server: ActiveServer, _ message: Span<UInt8>,
        into out: inout [UInt8]
    ) -> ResponseCode? {
        switch names.lookup(name, labelCount: count, type: writer.query.type, own: server.ownAddresses) {
        case .answer(let answer):
            writer.append(answer, zoneLength: names.zone.wire.count, to: message, into: &out)
            return .noError
        case .authority:
            writer.appendAuthorityAnswer(names.authority, to: message, into: &out)
            return .noError
        case .alias: return nil
        case .noData:
            writer.appendNegative(.noError, authority: names.authority, to: message, into: &out)
            return .noError
        case .noName:
            // Forwarding and search paths are not handled on this thread.
            if server.configuration.autopath != nil, [.a, .aaaa].contains(writer.query.type) { return nil }
            if let plugin = server.configuration.kubernetes, !plugin.fallthroughZones.isEmpty,
                plugin.fallsThrough(DomainName(trusted: Array(name.bytes[..<writer.query.nameLength])))
            {
                return nil
            }
            writer.appendNegative(.nameError, authority: names.authority, to: message, into: &out)
            return .nameError
        case .unknown:
            writer.appendError(.serverFailure, to: message, into: &out)
            return .serverFailure
        }
    }
}

extension KubernetesPlugin {
    /// Whether a name not found is passed to the next plugin. `name` is in lower case.
    func fallsThrough(_ name: DomainName) -> Bool { fallthroughZones.contains { name.isWithin($0) } }
}

extension DeferredQuery {
    /// The cached answer to the question.
    func cached(at now: ContinuousClock.Instant) -> (response: Response, shouldRefresh: Bool)? {
        guard server.rewriter.isEmpty, server.hosts == nil, let cache = server.cache, server.caches(question.name)
        else {
            return nil
        }
        switch cache.find(cacheKey, at: now.seconds) {
        case .fresh(let response, let kind, let shouldRefresh):
            server.metrics.countCache(hit: kind, prefetch: shouldRefresh, stale: false)
            return (response, shouldRefresh)
        case .stale(let response, let kind, let shouldRefresh):
            guard cache.plugin.stale?.verifies == false else { return nil }
            server.metrics.countCache(hit: kind, prefetch: false, stale: true)
            return (response, shouldRefresh)
        case nil: return nil
        }
    }

    var cacheKey: CacheKey { cacheKey(for: question) }

    /// The cache key for another question of the same client.
    func cacheKey(for question: Question) -> CacheKey {
        CacheKey(
            name: question.name.lowercased.wire, type: question.type, recordClass: question.recordClass,
            wantsSignatures: query.edns?.wantsSignatures ?? false,
            isUnchecked: query.flags.contains(.checkingDisabled))
    }

    /// The bytes of a response to this query.
    func message(_ response: Response) -> [UInt8] {
        let own = response.flags.intersection([.authoritative, .recursionAvailable, .authenticData])
        let echoed = query.flags.intersection([.recursionDesired, .checkingDisabled])
        return MessageWriter.message(
            server.configuration.isShuffling ? response.shuffled() : response, to: question,
            identifier: query.identifier, flags: own.union(echoed).union(.response),
            limit: transport == .udp ? query.datagramLimit : 65535, edns: query.edns)
    }
}

extension Response {
    /// The response with its address records reordered, after the others (`loadbalance`).
    func shuffled() -> Response {
        let addresses = answer.filter { $0.type == .a || $0.type == .aaaa }
        guard addresses.count > 1 else { return self }
        var copy = self
        copy.answer = answer.filter { $0.type != .a && $0.type != .aaaa } + addresses.shuffled()
        return copy
    }
}

extension ContinuousClock.Instant {
    private static let start = ContinuousClock.now

    /// Seconds since the first call in this process, for the cache.
    var seconds: Double { (self - Self.start).inSeconds }
}

extension Span<UInt8> {
    /// A copy of some bytes.
    func bytes(_ range: Range<Int>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(range.count)
        for index in range { bytes.append(self[index]) }
        return bytes
    }
}

extension Published {
    func makeCopy() -> Copy { Copy(of: self) }
}
