import AsyncHTTPClient
package import DocumentAccess
import KubernetesAPI
import KubernetesObjects
import Logging
import NIOCore

extension HTTPDocuments: DocumentSource {
    package func follow(
        _ resource: ResourceName, _ receive: @Sendable (DocumentNews) async -> Void
    ) async throws {
        var place = Place()
        var backoff = Backoff()
        var random = SystemRandomNumberGenerator()
        while true {
            do {
                if place.version == nil { place.version = try await list(resource, receive) }
                try await watch(resource, &place, receive)
            } catch {
                try Task.checkCancellation()
                let failure = RequestFailure(error, configuration: transport.configuration)
                let delay = backoff.delay(after: .now, retryAfter: failure.retryAfter, random: &random)
                if place.lost(failure) {
                    logger.notice("\(resource.plural): \(failure.description(server: server)); they are listed anew")
                } else {
                    logger.warning(
                        "\(resource.plural): \(failure.description(server: server)); next try in \(delay.inSeconds)")
                }
                try await ContinuousClock().sleep(for: delay)
            }
        }
    }

    /// The version at which the watch continues.
    private struct Place {
        /// `nil` before a list.
        var version: String?
        /// Failures since an event was last read.
        var failures = 0

        /// Whether a list must come first: the version has expired, or an unreadable event blocks the watch.
        mutating func lost(_ failure: RequestFailure) -> Bool {
            failures += 1
            guard version != nil else { return false }
            let isExpired =
                if case .status(let status, _) = failure { status.isExpired } else { failures > 3 }
            if isExpired { version = nil }
            return isExpired
        }
    }

    /// Lists in pages and returns the version of the list.
    private func list(
        _ resource: ResourceName, _ receive: @Sendable (DocumentNews) async -> Void
    ) async throws -> String {
        var token = ""
        while true {
            var query = [("limit", "500")]
            if !token.isEmpty { query.append(("continue", token)) }
            let call = APITransport.Call(
                target: Self.target(resource, query), format: .json, limit: Self.limit)
            let list = try Self.document(try await transport.collect(try await transport.send(call)))
            let isFirst = token.isEmpty
            token = list["metadata"]["continue"].text
            let documents = list["items"].items.compactMap { item -> Document? in
                guard var object = item.object else { return nil }
                // Items of lists omit what the list states.
                object["kind"] = .string(resource.kind)
                object["apiVersion"] = .string(resource.apiVersion)
                return Document(object)
            }
            await receive(
                .page(
                    DocumentPage(
                        documents, version: list.resourceVersion, isFirst: isFirst, isLast: token.isEmpty)))
            if token.isEmpty { return list.resourceVersion }
        }
    }

    private func watch(
        _ resource: ResourceName, _ place: inout Place, _ receive: @Sendable (DocumentNews) async -> Void
    ) async throws {
        let query = [
            ("watch", "true"), ("allowWatchBookmarks", "true"), ("resourceVersion", place.version ?? ""),
            ("timeoutSeconds", "\(Int.random(in: 300...600))"),
        ]
        let response = try await transport.send(
            APITransport.Call(target: Self.target(resource, query), format: .json, isWatch: true))
        var decoder = FrameDecoder(format: .json)
        for try await part in response.body {
            decoder.append(part)
            var changes: [DocumentChange] = []
            var failure: (any Error)?
            do {
                while let line = try decoder.next() { try read(line, &place, &changes) }
            } catch {
                failure = error
            }
            if !changes.isEmpty { await receive(.changes(changes)) }
            if let failure { throw failure }
            place.failures = 0
        }
    }

    /// Reads one event of a watch.
    private func read(_ line: [UInt8], _ place: inout Place, _ changes: inout [DocumentChange]) throws {
        let event = try Self.document(line)
        let document = Document(event["object"].fields)
        switch event["type"].text {
        case "ADDED", "MODIFIED": changes.append(.set(document))
        case "DELETED": changes.append(.removed(document))
        case "BOOKMARK": break
        default:
            throw RequestFailure.status(
                .init(
                    code: Int(document["code"].number), reason: document["reason"].text,
                    message: document["message"].text))
        }
        place.version = document.resourceVersion
    }

    private static func target(_ resource: ResourceName, _ query: [(String, String)]) -> String {
        resource.path(namespace: nil) + "?"
            + query.map { "\($0)=\(ResourcePath.escaped($1))" }.joined(separator: "&")
    }
}
