import DNSMessages
import Logging
import Synchronization

/// A queue for queries that threads cannot answer at once. Its size, including those in progress, is bounded; more are
/// refused, so that a flood of unknown names does not delay local answers.
struct SlowLane: Sendable {
    /// The maximum number of queries waiting or in progress.
    static let capacity = 8192

    private struct Job: Sendable {
        var deferred: DeferredQuery
        /// `nil` for a refresh, which no client waits for.
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

    /// Queues a query; `false` if there are too many.
    func submit(_ deferred: DeferredQuery, reply: @escaping @Sendable ([UInt8]) -> Void) -> Bool {
        enqueue(Job(deferred: deferred, reply: reply))
    }

    /// Queues the refresh of an answer.
    func refresh(_ deferred: DeferredQuery) {
        if !enqueue(Job(deferred: deferred, reply: nil)) { deferred.server.cache?.refreshed(deferred.cacheKey) }
    }

    /// Refuses a client's query because of overload.
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

    /// Runs until the task is cancelled.
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

    /// Logs each query to a server with query logging.
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
