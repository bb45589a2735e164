import DNSMessages
import InternetAddresses

/// The metrics of one query and its response.
struct QueryRecord: Sendable {
    /// The origin of the answer, by its name in metrics.
    enum Plugin: UInt8, Sendable, Hashable, CaseIterable {
        case none, kubernetes, hosts, cache, forward
    }

    /// `nil` if refused before it reached a server.
    var server: ActiveServer?
    var plugin = Plugin.none
    /// The log entry of the query, if queries are logged.
    var logged: (client: IPAddress, name: DomainName)?
    /// Set if the answer must be refreshed.
    var refresh: DeferredQuery?
    private(set) var transport = QueryTransport.udp
    private(set) var family = IPFamily.ipv4
    private(set) var type = RecordType(rawValue: 0)
    private(set) var wantsSignatures = false
    private(set) var size = 0
    private(set) var code = ResponseCode.noError
    private(set) var responseSize = 0

    mutating func reset(size: Int, transport: QueryTransport, family: IPFamily) {
        self = QueryRecord()
        self.size = size
        self.transport = transport
        self.family = family
    }

    mutating func note(_ query: Query) {
        type = query.type
        wantsSignatures = query.edns?.wantsSignatures ?? false
    }

    mutating func finish(_ code: ResponseCode, size: Int) {
        self.code = code
        responseSize = size
    }

    init() {}

    /// The metrics of a query that took more than one step.
    init(_ deferred: DeferredQuery, code: ResponseCode, plugin: Plugin, responseSize: Int) {
        reset(size: deferred.size, transport: deferred.transport, family: deferred.client.family)
        note(deferred.query)
        finish(code, size: responseSize)
        server = deferred.server
        self.plugin = plugin
    }
}
