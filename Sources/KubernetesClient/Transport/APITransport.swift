import AsyncHTTPClient
import KubernetesAPI
import NIOCore
import NIOHTTP1
import NIOSSL

/// Sends requests to the API server, with credentials, and classifies the responses.
struct APITransport: Sendable {
    /// A 2xx response with a known wire format.
    struct Response: Sendable {
        var format: WireFormat
        var body: HTTPClientResponse.Body
        var method = HTTPMethod.GET
        /// When the server answered, by its own clock: the header Date; empty where it did not say.
        var date = ""
    }

    let http: HTTPClient
    let configuration: KubernetesClientConfiguration
    let credentials: Credentials
    let metrics: RequestMetrics

    /// Returns once the head of the response has arrived. Throws ``RequestFailure``, or `CancellationError`.
    func get(_ target: String, isWatch: Bool = false) async throws -> Response {
        try await send(Call(target: target, isWatch: isWatch))
    }

    /// A request to the server.
    struct Call: Sendable {
        var method = HTTPMethod.GET
        /// Path and query.
        var target: String
        /// JSON.
        var body: [UInt8]?
        /// The only accepted wire format; `nil` for those of the configuration.
        var format: WireFormat?
        /// The time limit for the whole exchange; `nil` for none.
        var limit: Duration?
        /// Whether the response is an endless stream.
        var isWatch = false
    }

    /// Creates an object from JSON, and returns once the server has answered. Throws as ``get(_:)``.
    func post(_ target: String, json: [UInt8]) async throws {
        let response = try await send(Call(method: .POST, target: target, body: json))
        // The connection is reused once the body has been read.
        _ = try await collect(response)
    }

    /// The whole body, up to the limit of the configuration; `heard` is called for each part.
    func collect(_ response: Response, heard: @Sendable () -> Void = {}) async throws -> [UInt8] {
        let bytes = try await collect(response.body, limit: configuration.responseLimit, heard: heard)
        metrics.countSizes(
            method: response.method.rawValue, host: configuration.server.authority, response: bytes.count)
        return bytes
    }

    /// Returns once the head of the response has arrived. Throws as ``get(_:)``.
    func send(_ call: Call) async throws -> Response {
        do {
            return try await attempt(call)
        } catch {
            // A cancelled request fails with an error of the HTTP client.
            try Task.checkCancellation()
            throw RequestFailure(error, configuration: configuration)
        }
    }

    private func attempt(_ call: Call) async throws -> Response {
        let credential = try await credentials.credential(at: .now)
        var request = HTTPClientRequest(
            url: configuration.server.url(host: configuration.tls.serverName) + call.target)
        request.headers.add(name: "Host", value: configuration.server.authority)
        request.headers.add(name: "Accept", value: call.format?.rawValue ?? accept)
        request.headers.add(name: "User-Agent", value: configuration.userAgent)
        request.method = call.method
        if let body = call.body {
            request.headers.add(name: "Content-Type", value: WireFormat.json.rawValue)
            request.body = .bytes(body)
        }
        if let token = credential.token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        request.tlsConfiguration = credential.tls

        let started = ContinuousClock.now
        let response: HTTPClientResponse
        do {
            response = try await http.execute(
                request, deadline: call.limit.map { .now() + TimeAmount($0) } ?? .distantFuture)
        } catch {
            count("<error>", call, since: started)
            // The certificates in use may just have been renewed, on either side.
            if error is NIOSSLError || error is NIOSSLExtraError || error is BoringSSLError {
                await credentials.discard(credential)
            }
            throw error
        }
        count("\(response.status.code)", call, since: started)
        let type = response.headers.first(name: "Content-Type") ?? ""
        let format = Self.format(contentType: type)
        guard (200..<300).contains(response.status.code) else {
            if response.status == .unauthorized { await credentials.discard(credential) }
            throw try await refusal(response, format: format)
        }
        guard let format else {
            throw RequestFailure.unreadable(
                "a response of type \"\(type)\"; check that the URL is that of a Kubernetes API server")
        }
        return Response(
            format: format, body: response.body, method: call.method,
            date: response.headers.first(name: "Date") ?? "")
    }

    private var accept: String {
        switch configuration.contentType {
        case .json: WireFormat.json.rawValue
        case .protobuf: "\(WireFormat.protobuf.rawValue), \(WireFormat.json.rawValue)"
        }
    }

    private func count(_ code: String, _ call: Call, since started: ContinuousClock.Instant) {
        let (method, host) = (call.method.rawValue, configuration.server.authority)
        metrics.count(
            code: code, method: method, host: host, duration: call.isWatch ? nil : started.duration(to: .now))
        if !call.isWatch { metrics.countSizes(method: method, host: host, request: call.body?.count ?? 0) }
    }

    /// The form named by `application/json;stream=watch` and the like.
    static func format(contentType: String) -> WireFormat? {
        let type = contentType.prefix { $0 != ";" && $0 != "," }
        return WireFormat(rawValue: type.lowercased().filter { !$0.isWhitespace })
    }

    private func refusal(_ response: HTTPClientResponse, format: WireFormat?) async throws -> RequestFailure {
        let body = try await collect(response.body, limit: 1 << 20)
        let code = Int(response.status.code)
        var status = Status(code: code, reason: response.status.reasonPhrase)
        if let format {
            do {
                status = try format.readStatus(body)
                if status.code == 0 { status.code = code }
            } catch {
                status.message = "the reason that came with it cannot be read: \(error)"
            }
        } else {
            // A proxy, or an overloaded server, answers in plain text.
            status.message = String(decoding: body.prefix(200), as: UTF8.self)
                .split(whereSeparator: \.isNewline).joined(separator: " ")
        }
        let seconds = response.headers.first(name: "Retry-After").flatMap { Int64($0) }
        return .status(status, retryAfter: seconds.map { .seconds($0) })
    }

    private func collect(
        _ body: HTTPClientResponse.Body, limit: Int, heard: @Sendable () -> Void = {}
    ) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await part in body {
            guard bytes.count + part.readableBytes <= limit else { throw RequestFailure.tooLarge(limit: limit) }
            bytes += part.readableBytesView
            heard()
        }
        return bytes
    }
}
