import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL
import Synchronization

/// A client with the administrator's access to an API server with its data in a folder. Calls block, on any thread.
final class APIClient: Sendable {
    private let tls: TLSConfiguration
    private let client: HTTPClient
    private let base: String

    /// Waits until the server has written the administrator's kubeconfig.
    init(folder: String, port: Int, deadline: ContinuousClock.Instant) throws {
        let path = "\(folder)/admin.kubeconfig"
        while !FileManager.default.fileExists(atPath: path) {
            guard .now < deadline else {
                throw BenchmarkError(code: .program, message: "the API server did not write \(path) in time")
            }
            usleep(500)
        }
        let text = try String(contentsOfFile: path, encoding: .utf8)
        func pem(_ key: String) throws -> [UInt8] {
            let line = text.split(separator: "\n").first { $0.contains("\(key): ") }
            guard let base64 = line?.split(separator: " ").last, let data = Data(base64Encoded: String(base64)) else {
                throw BenchmarkError(code: .program, message: "\(path) has no \(key)")
            }
            return Array(data)
        }
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(pem("certificate-authority-data")))
        tls.certificateChain = try NIOSSLCertificate.fromPEMBytes(pem("client-certificate-data"))
            .map { .certificate($0) }
        tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: pem("client-key-data"), format: .pem))
        self.tls = tls
        client = Self.client(tls, connections: 8)
        base = "https://127.0.0.1:\(port)"
    }

    private static func client(_ tls: TLSConfiguration, connections: Int) -> HTTPClient {
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.httpVersion = .http1Only
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    func stop() throws { try client.syncShutdown() }

    /// Polls until the server reports ready.
    func waitUntilReady(deadline: ContinuousClock.Instant) throws -> ContinuousClock.Instant {
        while ContinuousClock.now < deadline {
            // Until it listens, connections are refused.
            if let status = try? send(.GET, "/readyz").status, status == 200 { return .now }
            usleep(500)
        }
        throw BenchmarkError(code: .program, message: "the API server was not ready in time")
    }

    @discardableResult
    func send(
        _ method: HTTPMethod, _ path: String, _ body: String? = nil, type: String = "application/json"
    ) throws -> (status: Int, length: Int) {
        var request = try HTTPClient.Request(url: base + path, method: method)
        request.headers.add(name: "content-type", value: type)
        request.body = body.map { .string($0) }
        let response = try client.execute(request: request, deadline: .now() + .seconds(60)).wait()
        return (Int(response.status.code), response.body?.readableBytes ?? 0)
    }

    /// Creates objects from several threads, each sending one after another; returns the time taken.
    func create(_ path: String, _ objects: [String], clients: Int = 8) throws -> Duration {
        try send(objects.map { Call(method: .POST, path: path, body: $0, expected: 201) }, clients: clients)
    }

    /// A request, and the expected status of its answer.
    struct Call: Sendable {
        var method: HTTPMethod
        var path: String
        var body: String
        var type = "application/json"
        var expected = 200
    }

    /// Sends requests from several threads, each one after another; returns the time taken.
    func send(_ calls: [Call], clients: Int = 8) throws -> Duration {
        let progress = Progress()
        let start = ContinuousClock.now
        for number in 0..<clients {
            Thread.detachNewThread { [self] in
                do {
                    for index in stride(from: number, to: calls.count, by: clients) {
                        let call = calls[index]
                        let (status, _) = try send(call.method, call.path, call.body, type: call.type)
                        guard status == call.expected else {
                            throw BenchmarkError(
                                code: .program,
                                message: "\(call.method.rawValue) \(call.path) was answered with \(status)")
                        }
                    }
                    progress.count()
                } catch {
                    progress.fail(error)
                }
            }
        }
        return start.duration(to: try progress.wait(for: clients, "\(calls.count) requests"))
    }

    /// Opens watches, and returns once the server has answered all of them.
    func watch(_ path: String, count: Int) throws -> Watches {
        let watches = Watches(client: Self.client(tls, connections: count))
        for _ in 0..<count {
            _ = watches.client.execute(
                request: try HTTPClient.Request(url: base + path),
                delegate: Watcher(heads: watches.heads, events: watches.events))
        }
        try watches.heads.wait(for: count, "watches")
        return watches
    }
}

/// Watches, each on its own connection.
struct Watches {
    let client: HTTPClient
    let heads = Progress()
    /// The total received by all.
    let events = Progress()

    func stop() throws { try client.syncShutdown() }
}

/// Counts events of other threads.
final class Progress: Sendable {
    private struct State {
        var count = 0
        var last = ContinuousClock.now
        var failure: (any Error)?
    }

    private let state = Mutex(State())

    func count(_ number: Int = 1) {
        let now = ContinuousClock.now
        state.withLock { state in
            state.count += number
            state.last = now
        }
    }

    /// The current count.
    var total: Int { state.withLock { $0.count } }

    func fail(_ error: any Error) {
        state.withLock { $0.failure = error }
    }

    /// Waits for this count, and returns the time of the last event.
    @discardableResult
    func wait(for number: Int, _ what: String) throws -> ContinuousClock.Instant {
        let deadline = ContinuousClock.now + .seconds(300)
        while ContinuousClock.now < deadline {
            let state = state.withLock { $0 }
            if let failure = state.failure { throw failure }
            if state.count >= number { return state.last }
            usleep(200)
        }
        throw BenchmarkError(code: .program, message: "\(what) were not answered in time")
    }
}

private final class Watcher: HTTPClientResponseDelegate {
    private let heads: Progress
    private let events: Progress

    init(heads: Progress, events: Progress) {
        self.heads = heads
        self.events = events
    }

    func didReceiveHead(task: HTTPClient.Task<Void>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        heads.count()
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(task: HTTPClient.Task<Void>, _ buffer: ByteBuffer) -> EventLoopFuture<Void> {
        // An event ends with a newline; a chunk of a body may hold several, or a part of one.
        events.count(buffer.readableBytesView.count { $0 == UInt8(ascii: "\n") })
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didFinishRequest(task: HTTPClient.Task<Void>) throws {}
}
