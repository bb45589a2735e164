import AsyncHTTPClient
import KubernetesAPI
import Logging
import NIOCore
import ObjectSource

/// Does what a ``Reflector`` says: sends the requests, reads the responses, waits, posts and logs.
actor ReflectorDriver {
    private let path: ResourcePath
    private let transport: APITransport
    private let inbox: ObjectInbox
    private let logger: Logger
    private var reflector: Reflector
    /// Names that many objects share are kept once.
    private var interner = StringInterner()

    init(path: ResourcePath, transport: APITransport, inbox: ObjectInbox, logger: Logger) {
        self.path = path
        self.transport = transport
        self.inbox = inbox
        self.logger = logger
        reflector = Reflector(
            kind: path.kind, isOptional: path.selection.isOptional, limits: transport.configuration.limits)
    }

    /// Runs until the task is cancelled, and throws `CancellationError` then.
    func run() async throws {
        var next = deliver(reflector.start())
        while true {
            switch next {
            case .list(let request): next = try await attempt { try await self.list(request, $0) }
            case .watch(let request): next = try await attempt { try await self.watch(request, $0) }
            case .wait(let delay):
                try await ContinuousClock().sleep(for: delay)
                next = deliver(reflector.wokeUp())
            case .read:
                // Only a stream that is being read goes on so.
                next = deliver(reflector.closed(at: .now))
            }
        }
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
            return deliver(reflector.failed(failure, at: .now))
        }
    }

    private func list(_ request: ListRequest, _ silence: Silence) async throws -> Step.Next {
        let response = try await transport.get(path.target(of: .list(request)))
        let patience = reflector.patience
        let body = try await transport.collect(response) { silence.broken(patience: patience) }
        reflector.opened(at: .now)
        return deliver(try read(body, format: response.format))
    }

    /// Compares the objects of a page with what is known, one by one; only those that changed are kept.
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
            // The objects before the mistake are what they are.
            post(together)
            throw RequestFailure.unreadable("\(error)")
        }
    }

    private func watch(_ request: WatchRequest, _ silence: Silence) async throws -> Step.Next {
        let response = try await transport.get(path.target(of: .watch(request)))
        reflector.opened(at: .now)
        silence.broken(patience: reflector.patience)
        var decoder = FrameDecoder(format: response.format)
        for try await part in response.body {
            decoder.append(part)
            let next = try read(&decoder, format: response.format)
            guard next == .read else { return next }
            silence.broken(patience: reflector.patience)
        }
        guard decoder.isEmpty else { throw RequestFailure.connection("the connection broke within an event") }
        return deliver(reflector.closed(at: .now))
    }

    /// Takes in all events that are complete; their changes are posted together.
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
    /// The same without what a Service says of its Pods.
    fileprivate var withoutSelector: ObjectChange {
        guard case .set(.service(var service)) = self, !service.selector.isEmpty else { return self }
        service.selector = [:]
        return .set(.service(service))
    }
}
