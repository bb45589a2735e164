import AsyncHTTPClient
package import DocumentAccess
import KubernetesAPI
package import KubernetesObjects
package import Logging
import NIOHTTP1

/// Whole objects read from an API server, and written to it, as JSON over HTTP.
package struct HTTPDocuments: Sendable {
    /// The time for one request that is not a watch.
    static let limit: Duration = .seconds(60)

    /// The number of simultaneous connections to the server.
    private static let connections = 64

    let transport: APITransport
    let logger: Logger

    /// Runs `body` with a connection to the API server, which ends with it.
    package static func with<Result: Sendable>(
        _ configuration: KubernetesClientConfiguration, logger: Logger, metrics: RequestMetrics = RequestMetrics(),
        _ body: @Sendable (HTTPDocuments) async throws -> Result
    ) async throws -> Result {
        var settings = HTTPClient.Configuration(configuration)
        // Each watch occupies a connection; writes must not wait for one.
        settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
        return try await HTTPClient.withHTTPClient(configuration: settings) { http in
            let transport = APITransport(
                http: http, configuration: configuration,
                credentials: Credentials(configuration, logger: logger, metrics: metrics),
                metrics: metrics)
            return try await body(HTTPDocuments(transport: transport, logger: logger))
        }
    }

    /// The address of the API server, for messages.
    package var server: String { "\(transport.configuration.server)" }

    /// Sends a request and reads the object in the answer.
    ///
    /// Throws `APIStatus` if the server refuses, and ``ClientError`` if it cannot be reached or its
    /// answer cannot be read.
    func exchange(_ method: HTTPMethod, _ target: String, _ body: JSONObject? = nil) async throws -> Document {
        let call = APITransport.Call(
            method: method, target: target, body: body.map { JSONWriter.bytes(.object($0)) }, format: .json,
            limit: Self.limit)
        do {
            let response = try await transport.send(call)
            return try Self.document(try await transport.collect(response))
        } catch {
            try Task.checkCancellation()
            throw refusal(RequestFailure(error, configuration: transport.configuration))
        }
    }

    static func document(_ bytes: [UInt8]) throws -> Document {
        do {
            guard let object = try JSONParser.parse(bytes).object else {
                throw RequestFailure.unreadable("an answer that is not an object")
            }
            return Document(object)
        } catch let error as JSONSyntaxError {
            throw RequestFailure.unreadable("an answer that is not JSON: \(error)")
        }
    }

    private func refusal(_ failure: RequestFailure) -> any Error {
        guard case .status(let status, _) = failure else {
            return ClientError(.response, failure.description(server: server), cause: failure, isRetryable: true)
        }
        var details = APIStatus.Details(name: "", group: "", kind: "")
        details.causes = status.causes.map { APIStatus.Cause(reason: $0, message: "") }
        details.retryAfterSeconds = status.retryAfterSeconds ?? 0
        return APIStatus(
            code: status.code, reason: status.reason,
            message: status.message.isEmpty ? status.text : status.message, details: details)
    }
}

extension HTTPDocuments: DocumentWriter {
    package func read(_ resource: ResourceName, namespace: String, name: String) async throws -> Document {
        try await exchange(.GET, "\(resource.path(namespace: namespace))/\(name)")
    }

    package func create(_ document: Document, _ resource: ResourceName) async throws -> Document {
        try await exchange(.POST, resource.path(namespace: document.namespace), document.object)
    }

    package func update(
        _ document: Document, _ resource: ResourceName, subresource: String
    ) async throws -> Document {
        let path = "\(resource.path(namespace: document.namespace))/\(document.name)"
        return try await exchange(.PUT, subresource.isEmpty ? path : "\(path)/\(subresource)", document.object)
    }

    package func delete(
        _ resource: ResourceName, namespace: String, name: String, _ preconditions: DeletionPreconditions
    ) async throws {
        var required = JSONObject()
        if let uid = preconditions.uid { required["uid"] = .string(uid) }
        if let version = preconditions.resourceVersion { required["resourceVersion"] = .string(version) }
        var options: JSONObject = [
            "kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": "Background",
        ]
        if !required.isEmpty { options["preconditions"] = .object(required) }
        if let seconds = preconditions.gracePeriod { options["gracePeriodSeconds"] = .integer(seconds) }
        _ = try await exchange(.DELETE, "\(resource.path(namespace: namespace))/\(name)", options)
    }

    package func bind(pod: String, namespace: String, node: String) async throws {
        let binding: JSONObject = [
            "kind": "Binding", "apiVersion": "v1",
            "metadata": ["name": .string(pod), "namespace": .string(namespace)],
            "target": ["apiVersion": "v1", "kind": "Node", "name": .string(node)],
        ]
        _ = try await exchange(
            .POST, "\(ResourceName.pods.path(namespace: namespace))/\(pod)/binding", binding)
    }
}
