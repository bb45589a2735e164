import HTTPTypes
import HummingbirdCore
import KubernetesObjects
import Logging
import NIOCore
import NIOFoundationCompat
import NIOSSL
import SwiftASN1
import Synchronization
import X509

/// Connects hummingbird with the router: reads bodies within limits, counts requests in flight, sends
/// answers and watches.
struct HTTPFront: Sendable {
    /// State shared by all requests of a connection.
    final class Connection: Sendable {
        let channel: any Channel
        private let certificate = Mutex<ClientCertificate??>(nil)

        init(channel: any Channel) {
            self.channel = channel
        }

        /// The client certificate, read when the first request needs it.
        func clientCertificate() async -> ClientCertificate? {
            if let known = certificate.withLock({ $0 }) { return known }
            let found = await read()
            certificate.withLock { $0 = .some(found) }
            return found
        }

        private func read() async -> ClientCertificate? {
            // Without a TLS handler, or without a certificate, the client is anonymous.
            guard let peer = try? await channel.nioSSL_peerCertificate().get(), let der = try? peer.toDERBytes(),
                let certificate = try? Certificate(derEncoded: der)
            else { return nil }
            return ClientCertificate(certificate.subject)
        }
    }

    let router: APIRouter
    let gate: RequestGate
    let limits: RequestLimits

    /// Answers a request.
    ///
    /// `isStream`: whether it has a stream of HTTP/2, which ends with it, in the place of a connection.
    func respond(
        to request: Request, _ writer: consuming ResponseWriter, on connection: Connection, isStream: Bool = false
    ) async throws {
        let method = request.method.rawValue
        let target = request.head.path ?? "/"
        let lane = Self.lane(method: method, target: target)
        do throws(APIStatus) {
            try gate.enter(lane)
        } catch {
            return try await send(APIResponse(error), writer, closes: lane == .writing, isStream: isStream)
        }
        defer { gate.leave(lane) }
        var call = APIRequest(
            method: method, target: target,
            headers: request.headers.map { ($0.name.canonicalName, $0.value) },
            certificate: await connection.clientCertificate())
        if method != "GET", method != "HEAD" {
            if let length = Int(call.header("content-length")), length > limits.bodyBytes {
                // Reads and discards the body, within limits, so that the client gets to read the answer.
                var rest = 4 * limits.bodyBytes
                for try await part in request.body {
                    rest -= part.readableBytes
                    if rest < 0 { break }
                }
                return try await send(
                    APIResponse(.requestTooLarge(limit: limits.bodyBytes)), writer, closes: rest < 0, isStream: isStream
                )
            }
            do {
                call.body = Array(buffer: try await request.body.collect(upTo: limits.bodyBytes))
            } catch is NIOTooManyBytesError {
                return try await send(
                    APIResponse(.requestTooLarge(limit: limits.bodyBytes)), writer, closes: true, isStream: isStream)
            }
        }
        let response = await router.respond(to: call)
        if case .watch(let stream) = response.body {
            try await send(stream, response, writer, request, on: connection.channel.eventLoop)
        } else {
            try await send(response, writer, isHead: method == "HEAD")
        }
    }

    private static func lane(method: String, target: String) -> RequestGate.Lane {
        guard method == "GET" || method == "HEAD" else { return .writing }
        let query = QueryParameters(target.split(separator: "?", maxSplits: 1).dropFirst().first ?? "")
        return query.flag("watch") || target.contains("/watch/") ? .watch : .reading
    }

    private func head(_ response: APIResponse) -> HTTPResponse {
        var head = HTTPResponse(status: .init(code: response.status))
        head.headerFields[.contentType] = response.contentType
        head.headerFields[.cacheControl] = "no-cache, private"
        for header in response.headers {
            guard let name = HTTPField.Name(header.name) else { continue }
            head.headerFields.append(HTTPField(name: name, value: header.value))
        }
        return head
    }

    private func send(
        _ response: APIResponse, _ writer: consuming ResponseWriter, closes: Bool = false, isHead: Bool = false,
        isStream: Bool = false
    ) async throws {
        var head = head(response)
        guard case .bytes(let bytes) = response.body else { return }
        head.headerFields[.contentLength] = String(bytes.count)
        // HTTP/2 knows no such header.
        if closes, !isStream { head.headerFields[.connection] = "close" }
        if isHead { return try await writer.writeResponse(head) }
        try await writer.write(response: head, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
        // Throwing closes the connection: the rest of a body that is too large is not read.
        if closes { throw ClosedByServer() }
    }

    /// Sends events until the watch ends or the client disconnects.
    private func send(
        _ stream: WatchStream, _ response: APIResponse, _ writer: consuming ResponseWriter, _ request: Request,
        on eventLoop: any EventLoop
    ) async throws {
        var body = try await writer.writeHead(head(response))
        try await withTaskExecutorPreference(EventLoopExecutor(eventLoop)) {
            try await request.body.consumeWithCancellationOnInboundClose { _ in
                var session = stream.session()
                while let buffer = try await session.next() { try await body.write(buffer) }
            }
        }
        try await body.finish(nil)
    }
}

/// Closes a connection after an answer that leaves part of the request unread.
struct ClosedByServer: Error {}

extension ClientCertificate {
    init(_ subject: DistinguishedName) {
        var commonName = ""
        var organizations: [String] = []
        for attribute in subject.flatMap({ $0 }) {
            let value = String(describing: attribute.value)
            if attribute.type == .RDNAttributeType.commonName { commonName = value }
            if attribute.type == .RDNAttributeType.organizationName { organizations.append(value) }
        }
        self.init(commonName: commonName, organizations: organizations)
    }
}
