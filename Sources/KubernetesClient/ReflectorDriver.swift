import AsyncHTTPClient
import KubernetesAPI
import Logging
import NIOCore
import ObjectSource
import Synchronization

/// Carries out the decisions of a ``Reflector``: sends requests, reads responses, waits, posts and logs.
actor ReflectorDriver {
    private let path: ResourcePath
    private let transport: APITransport
    private let inbox: ObjectInbox
    private let logger: Logger
    /// Shared with the drivers of the other kinds.
    private let health: SharedServerHealth
    private var reflector: Reflector
    /// Stores names shared by many objects once.
    private var interner = StringInterner()

    init(path: ResourcePath, transport: APITransport, inbox: ObjectInbox, health: SharedServerHealth, logger: Logger) {
        self.path = path
        self.transport = transport
        self.inbox = inbox
        self.health = health
        self.logger = logger
        reflector = Reflector(
            kind: path.kind, isOptional: path.selection.isOptional, limits: transport.configuration.limits)
    }

    /// Runs until the task is cancelled, then throws `CancellationError`.
    func run() async throws {
        var next = deliver(reflector.start())
        while true {
            switch next {
            case .list(let request):
                await inbox.waitForRoom()
                next = try await attempt { try await self.list(request, $0) }
            case .watch(let request): next = try await attempt { try await self.watch(request, $0) }
            case .wait(let delay):
                try await wait(delay)
                next = deliver(reflector.wokeUp())
            case .read:
                // Nothing is being read here: a stream ends in `watch`.
                next = deliver(reflector.closed(at: .now))
            }
        }
    }

    /// Waits for `delay`, or, if our reflector found the server unreachable, until it answers another one.
    private func wait(_ delay: Duration) async throws {
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: delay)
        guard reflector.unreachableSince != nil else { return try await clock.sleep(until: end) }
        let interval = transport.configuration.limits.backoff.consultation
        while clock.now < end, !reflector.wakes(for: health.current) {
            try await clock.sleep(until: min(end, clock.now.advanced(by: interval)))
        }
    }

    private func opened() {
        health.withLock { $0.answered(at: .now) }
        reflector.opened(at: .now)
    }

    private func attempt(
        _ exchange: @escaping @Sendable (Silence) async throws -> Step.Next
    ) async throws -> Step.Next {
        let silence = Silence(patience: reflector.patience)
        do {
            return try await silence.limiting { try await exchange(silence) }
        } catch {
            try Task.checkCancellation()
            let failure = RequestFailure(error, configuration: transport.configuration)
            return deliver(health.withLock { reflector.failed(failure, at: .now, health: &$0) })
        }
    }

    private func list(_ request: ListRequest, _ silence: Silence) async throws -> Step.Next {
        let response = try await transport.get(path.target(of: .list(request)))
        let patience = reflector.patience
        let body = try await transport.collect(response) { silence.broken(patience: patience) }
        opened()
        return deliver(try read(body, format: response.format))
    }

    /// Compares the objects of a page with the known ones, one by one, and keeps only those that changed.
    private func read(_ page: [UInt8], format: WireFormat) throws -> Step {
        var together = Step()
        do {
            let metadata = try format.forEachObject(inList: page, of: path.kind, interner: &interner) {
                together.append(reflector.listed($0))
            }
            together.append(
                reflector.endedPage(
                    resourceVersion: metadata.resourceVersion, continueToken: metadata.continueToken, at: .now))
            return together
        } catch {
            // The objects before the damage are valid.
            post(together)
            throw RequestFailure.unreadable("\(error)")
        }
    }

    private func watch(_ request: WatchRequest, _ silence: Silence) async throws -> Step.Next {
        let response = try await transport.get(path.target(of: .watch(request)), isWatch: true)
        opened()
        silence.broken(patience: reflector.patience)
        var decoder = FrameDecoder(format: response.format)
        for try await part in response.body {
            decoder.append(part)
            let next = try read(&decoder, format: response.format)
            guard next == .read else { return next }
            await inbox.waitForRoom()
            silence.broken(patience: reflector.patience)
        }
        guard decoder.isEmpty else { throw RequestFailure.connection("the connection broke within an event") }
        return deliver(reflector.closed(at: .now))
    }

    /// Reads all complete events, and posts their changes together.
    private func read(_ decoder: inout FrameDecoder, format: WireFormat) throws -> Step.Next {
        var together = Step()
        defer { post(together) }
        while together.next == .read, let frame = try decoder.next() {
            let event = try reading { try format.readWatchEvent(frame, of: path.kind, interner: &interner) }
            together.append(reflector.received(event, at: .now))
        }
        return together.next
    }

    private func reading<Value>(_ read: () throws -> Value) throws(RequestFailure) -> Value {
        do { return try read() } catch { throw RequestFailure.unreadable("\(error)") }
    }

    private func deliver(_ step: Step) -> Step.Next {
        post(step)
        return step.next
    }

    private func post(_ step: Step) {
        inbox.post(path.selection.keepsSelectors ? step.changes : step.changes.map(\.withoutSelector))
        if step.isSynchronized { inbox.markSynchronized(path.kind) }
        for report in step.reports {
            let text = report.text(server: "\(transport.configuration.server)")
            logger.log(level: report.level == .notice ? .notice : .warning, "\(text)")
        }
    }
}

extension ObjectChange {
    /// The same change without a Service's selector.
    fileprivate var withoutSelector: ObjectChange {
        guard case .set(.service(var service)) = self, !service.selector.isEmpty else { return self }
        service.selector = [:]
        return .set(.service(service))
    }
}

/// A ``ServerHealth`` that the drivers of one client share.
final class SharedServerHealth: Sendable {
    private let health = Mutex(ServerHealth())

    var current: ServerHealth { health.withLock { $0 } }

    func withLock<Value: Sendable>(_ body: (inout ServerHealth) -> sending Value) -> Value {
        health.withLock { health in body(&health) }
    }
}
