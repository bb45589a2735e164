import APICredentials
import Foundation
import InternetAddresses
import KubernetesObjects
import Logging
import NIOCore
import ObjectStore
import Testing

@testable import APIServer

/// An API server without HTTP, on its own store.
final class TestServer: Sendable {
    let folder: String
    let server: APIServer
    let router: APIRouter

    static let admin = ClientCertificate(commonName: "admin", organizations: ["system:masters"])

    /// With the system Namespaces, and ranges small enough to exhaust.
    init(serviceRange: String = "10.96.0.0/24,fd00:10:96::/112", nodePorts: String = "30000-30063") async throws {
        folder = NSTemporaryDirectory() + "api-\(UUID().uuidString)"
        var configuration = try APIServerConfiguration(serviceRange: serviceRange, nodePorts: nodePorts)
        configuration.dataDirectory = folder
        server = try APIServer(
            configuration: configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await Bootstrap(registry: server.registry, endpoint: nil).run()
        router = try await server.makeRouter()
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    struct Answer {
        var status: Int
        var json: JSONValue
        var headers: [(name: String, value: String)]

        var message: String { json["message"]?.string ?? "" }
        var document: Document { Document(json.object ?? [:]) }
        var names: [String] { json["items"]?.array?.compactMap { $0[path: "metadata", "name"]?.string } ?? [] }
    }

    /// Sends a request as the administrator, or as another user.
    @discardableResult
    func send(
        _ method: String, _ target: String, _ body: JSONValue? = nil, type: String = "application/json",
        as certificate: ClientCertificate? = TestServer.admin, headers: [(name: String, value: String)] = []
    ) async throws -> Answer {
        let request = APIRequest(
            method: method, target: target, headers: headers + [("content-type", type), ("user-agent", "test/1")],
            body: body.map { JSONWriter.bytes($0) } ?? [], certificate: certificate)
        let response = await router.respond(to: request)
        guard case .bytes(let bytes) = response.body else {
            return Answer(status: response.status, json: .null, headers: response.headers)
        }
        let json = (try? JSONParser.parse(bytes)) ?? .string(String(decoding: bytes, as: UTF8.self))
        return Answer(status: response.status, json: json, headers: response.headers)
    }

    /// The first events of a watch, at least `count` of them.
    func watch(
        _ target: String, count: Int, headers: [(name: String, value: String)] = []
    ) async throws -> [(type: String, object: JSONValue)] {
        let request = APIRequest(method: "GET", target: target, headers: headers, certificate: TestServer.admin)
        guard case .watch(let stream) = await router.respond(to: request).body else { return [] }
        var session = stream.session()
        var events: [(type: String, object: JSONValue)] = []
        while events.count < count, let buffer = try await session.next() {
            for line in buffer.readableBytesView.split(separator: UInt8(ascii: "\n")) {
                let event = try JSONParser.parse(Array(line))
                events.append((event["type"]?.string ?? "", event["object"] ?? .null))
            }
        }
        return events
    }

    static func configMap(_ name: String, _ more: JSONObject = [:]) -> JSONValue {
        var metadata: JSONObject = ["name": .string(name)]
        for member in more { metadata[member.key] = member.value }
        return ["kind": "ConfigMap", "apiVersion": "v1", "metadata": .object(metadata), "data": ["a": "1"]]
    }

    static func service(_ name: String, _ spec: JSONObject = [:]) -> JSONValue {
        var all: JSONObject = ["ports": [["port": 80]]]
        for member in spec { all[member.key] = member.value }
        return ["kind": "Service", "apiVersion": "v1", "metadata": ["name": .string(name)], "spec": .object(all)]
    }

    static let configMaps = "/api/v1/namespaces/default/configmaps"
    static let services = "/api/v1/namespaces/default/services"
}
