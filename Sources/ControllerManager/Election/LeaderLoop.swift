import DocumentAccess
import Foundation
import KubernetesObjects
import Logging
import Synchronization

/// Runs work while this instance leads, then waits to lead again.
final class LeaderLoop: Sendable {
    private let election: Mutex<LeaderElection>
    private let writer: any DocumentWriter
    private let logger: Logger
    private let options: LeaderElection.Options
    private let metrics: ControllerMetrics

    init(_ options: LeaderElection.Options, writer: any DocumentWriter, metrics: ControllerMetrics, logger: Logger) {
        self.options = options
        self.metrics = metrics
        election = Mutex(LeaderElection(options))
        self.writer = writer
        self.logger = logger
    }

    /// Runs until the task is cancelled; the Lease then expires by itself.
    func run(_ lead: @escaping @Sendable () async throws -> Void) async throws {
        while true {
            try await acquire()
            logger.notice("leading as \(options.identity)")
            metrics.leads(true)
            defer { metrics.leads(false) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await lead() }
                group.addTask { try await self.renew() }
                defer { group.cancelAll() }
                try await group.next()
            }
            logger.error(
                "the Lease \(options.namespace)/\(options.name) could not be renewed in time; not leading any more")
        }
    }

    private func acquire() async throws {
        var leader = ""
        while try await !look(reporting: &leader) {
            try await ContinuousClock().sleep(for: options.retryPeriod * Double.random(in: 1...1.2))
        }
    }

    /// Returns when the Lease has not been renewed for too long.
    private func renew() async throws {
        // A request that hangs must not outlast the deadline.
        let longest = (options.renewDeadline - options.retryPeriod) / 2
        while election.withLock({ $0.leads(at: .now) }) {
            try await ContinuousClock().sleep(for: min(options.retryPeriod, longest))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await ContinuousClock().sleep(for: longest) }
                group.addTask {
                    var leader = ""
                    _ = try await self.look(reporting: &leader)
                }
                defer { group.cancelAll() }
                try await group.next()
            }
        }
    }

    /// Reads the Lease and writes it if it may be ours.
    ///
    /// - Returns: Whether it is ours now.
    private func look(reporting leader: inout String) async throws -> Bool {
        let start = ContinuousClock.now
        do {
            let lease = try await read()
            let time = Self.time()
            switch election.withLock({ $0.look(lease, at: .now, time: time) }) {
            case .wait(let holder):
                if holder != leader { logger.notice("waiting: \(holder) leads") }
                leader = holder
                return false
            case .create(let new): return try await note(writer.create(new, .leases), start)
            case .update(let new): return try await note(writer.update(new, .leases, subresource: ""), start)
            }
        } catch let status as APIStatus where status.code == 409 {
            return false
        } catch {
            try Task.checkCancellation()
            logger.warning("the Lease \(options.namespace)/\(options.name) cannot be read or written: \(error)")
            return false
        }
    }

    private func note(_ lease: Document, _ start: ContinuousClock.Instant) -> Bool {
        election.withLock { $0.wrote(lease, startedAt: start) }
        return true
    }

    private func read() async throws -> Document? {
        do {
            return try await writer.read(.leases, namespace: options.namespace, name: options.name)
        } catch let status as APIStatus where status.code == 404 {
            return nil
        }
    }

    private static func time() -> String {
        let now = Date().timeIntervalSince1970
        return APITime.text(seconds: Int64(now), microseconds: Int64((now - now.rounded(.down)) * 1_000_000))
    }
}
