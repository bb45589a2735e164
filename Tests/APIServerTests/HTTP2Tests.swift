import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import NIOSSL
import Synchronization
import Testing

@testable import APIServer

/// Clients that speak HTTP/2, as kubectl does.
@Suite(.serialized, .timeLimit(.minutes(10))) struct HTTP2Tests {
    private static let configMaps = "/api/v1/namespaces/default/configmaps"

    @Test func bothVersionsAreSpoken() async throws {
        try await TestServer.onPort { port, tls in
            for (version, wanted) in [
                (HTTPClient.Configuration.HTTPVersion.automatic, HTTPVersion.http2), (.http1Only, .http1_1),
            ] {
                var configuration = HTTPClient.Configuration.patient(tls)
                configuration.httpVersion = version
                try await HTTPClient.withHTTPClient(configuration: configuration) { client in
                    let answer = try await Self.send(client, "GET", "https://127.0.0.1:\(port)/api/v1/namespaces")
                    #expect(answer.status == .ok)
                    #expect(answer.version == wanted)
                }
            }
        }
    }

    @Test func aBodyThatIsTooLargeIsRefusedAndTheConnectionStays() async throws {
        try await TestServer.onPort({ $0.bodyBytes = 100_000 }) { port, tls in
            try await HTTPClient.withHTTPClient(configuration: .patient(tls)) { client in
                let url = "https://127.0.0.1:\(port)\(Self.configMaps)"
                let large = ByteBuffer(repeating: UInt8(ascii: " "), count: 200_000)
                let refusal = try await Self.send(client, "POST", url, body: large)
                #expect(refusal.status == .payloadTooLarge)
                let list = try await Self.send(client, "GET", url)
                #expect(list.status == .ok)
            }
        }
    }

    /// Each client has one connection.
    @Test func idleWatchesUpToTheLimitAreServedAndOneMoreIsRefused() async throws {
        let limit = 1000
        let clients = Clients()
        try await TestServer.onPort({ $0.watches = limit }) { port, tls in
            let url = "https://127.0.0.1:\(port)\(Self.configMaps)"
            let watch = url + "?watch=true&fieldSelector=metadata.name%3Dnews"
            let watches = try await withThrowingTaskGroup(of: [HTTPClientResponse].self) { group in
                for _ in 0..<limit / 250 {
                    let client = clients.make(tls)
                    group.addTask {
                        var answers: [HTTPClientResponse] = []
                        for _ in 0..<250 { answers.append(try await Self.send(client, "GET", watch)) }
                        return answers
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            let served = watches.count { $0.status == .ok }
            #expect(served == limit)
            let last = clients.make(tls)
            #expect(try await Self.send(last, "GET", watch).status == .tooManyRequests)

            // All are told, and others are served meanwhile.
            let news = ByteBuffer(string: #"{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"news"}}"#)
            #expect(try await Self.send(last, "POST", url, body: news).status == .created)
            var readers = watches.map { $0.body.makeAsyncIterator() }
            for index in readers.indices {
                let part = try #require(try await readers[index].next())
                #expect(String(buffer: part).hasPrefix(#"{"type":"ADDED""#))
            }
            // More than the windows of the connections hold together.
            for round in 0..<5 {
                let metadata = #"{"name":"news","labels":{"round":"\#(round)"}}"#
                let change = ByteBuffer(string: #"{"kind":"ConfigMap","apiVersion":"v1","metadata":\#(metadata)}"#)
                #expect(try await Self.send(last, "PUT", url + "/news", body: change).status == .ok)
                for index in readers.indices {
                    let part = try #require(try await readers[index].next())
                    #expect(String(buffer: part).hasPrefix(#"{"type":"MODIFIED""#))
                }
            }
        }
        try await clients.shutdown()
    }

    @Test func aServerOnAllAddressesAnswersBothFamilies() async throws {
        try await TestServer.onPort(bindAddress: "::") { port, tls in
            try await HTTPClient.withHTTPClient(configuration: .patient(tls)) { client in
                for host in ["127.0.0.1", "[::1]"] {
                    let answer = try await Self.send(client, "GET", "https://\(host):\(port)/readyz")
                    #expect(answer.status == .ok)
                }
            }
        }
    }

    private static func send(
        _ client: HTTPClient, _ method: String, _ url: String, body: ByteBuffer? = nil
    ) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: url)
        request.method = .init(rawValue: method)
        request.headers.add(name: "content-type", value: "application/json")
        if let body { request.body = .bytes(body) }
        return try await client.execute(request, timeout: .minutes(5))
    }
}

/// Clients that are shut down behind the server: with streams open, their shutdown may never end.
private final class Clients: Sendable {
    private let all = Mutex<[HTTPClient]>([])

    func make(_ tls: TLSConfiguration) -> HTTPClient {
        let client = HTTPClient(configuration: .patient(tls))
        all.withLock { $0.append(client) }
        return client
    }

    func shutdown() async throws {
        for client in all.withLock({ $0 }) { try await client.shutdown() }
    }
}
