import DNSMessages
import Logging
import Synchronization

/// Where threads leave the queries that they cannot answer at once. What waits and what is being worked on is bounded;
/// more is refused, so that a flood of names that nobody knows keeps nobody from an answer that is here.
struct SlowLane: Sendable {
    /// How many queries may wait or be worked on.
    static let capacity = 8192

    private struct Job: Sendable {
        var deferred: DeferredQuery
        /// `nil` for an answer that is fetched anew, which nobody waits for.
        var reply: (@Sendable ([UInt8]) -> Void)?
    }

    private final class Load: Sendable {
        let count = Atomic<Int>(0)
    }

    private let resolver: Resolver
    private let logger: Logger
    private let jobs: AsyncStream<Job>
    private let entrance: AsyncStream<Job>.Continuation
    private let load = Load()

    init(resolver: Resolver, logger: Logger) {
        self.resolver = resolver
        self.logger = logger
        (jobs, entrance) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.capacity))
    }

    /// Takes a query; `false` if there are too many.
    func submit(_ deferred: DeferredQuery, reply: @escaping @Sendable ([UInt8]) -> Void) -> Bool {
        enqueue(Job(deferred: deferred, reply: reply))
    }

    /// Fetches an answer anew.
    func refresh(_ deferred: DeferredQuery) {
        if !enqueue(Job(deferred: deferred, reply: nil)) { deferred.server.cache?.refreshed(deferred.cacheKey) }
    }

    /// Tells a client that there is too much to do.
    func refuse(_ deferred: DeferredQuery, reply: @Sendable ([UInt8]) -> Void) {
        finish(deferred, Response(code: .refused), plugin: .none, reply: reply)
    }

    private func enqueue(_ job: Job) -> Bool {
        guard load.count.wrappingAdd(1, ordering: .relaxed).newValue <= Self.capacity else {
            load.count.wrappingSubtract(1, ordering: .relaxed)
            return false
        }
        if case .enqueued = entrance.yield(job) { return true }
        load.count.wrappingSubtract(1, ordering: .relaxed)
        return false
    }

    /// Works until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await job in jobs {
                group.addTask {
                    defer { load.count.wrappingSubtract(1, ordering: .relaxed) }
                    guard let reply = job.reply else { return await resolver.refresh(job.deferred) }
                    let (response, plugin) = await resolver.resolve(job.deferred)
                    finish(job.deferred, response, plugin: plugin, reply: reply)
                }
            }
        }
    }

    private func finish(
        _ deferred: DeferredQuery, _ response: Response, plugin: QueryRecord.Plugin, reply: @Sendable ([UInt8]) -> Void
    ) {
        let message = deferred.message(response)
        reply(message)
        let record = QueryRecord(deferred, code: response.code, plugin: plugin, responseSize: message.count)
        let seconds = (ContinuousClock.now - deferred.arrival).inSeconds
        deferred.server.metrics.record(record, seconds: seconds, part: 3)
        if deferred.server.configuration.isLoggingQueries {
            logger.info("\(deferred.client) \(deferred.question.name) \(record.logText(seconds: seconds))")
        }
    }

    /// Writes a line for each query to a server that logs them.
    func log(_ records: [QueryRecord], seconds: Double) {
        for record in records {
            guard let (client, name) = record.logged else { continue }
            logger.info("\(client) \(name) \(record.logText(seconds: seconds))")
        }
    }
}

extension QueryRecord {
    func logText(seconds: Double) -> String {
        "\(type) \(transport) \(size) \(code) \(responseSize) \(seconds)s"
    }
}
