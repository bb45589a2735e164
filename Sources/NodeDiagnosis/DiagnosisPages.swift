package import DaemonKit
import Diagnosis
import FoundationEssentials
import Hummingbird
package import Logging

/// Serves the answers of `check` and `explain` as web pages, computed for each request.
package struct DiagnosisPages: Sendable {
    private let checker: NodeChecker
    private let explainer: Explainer
    private let logger: Logger

    package init(_ settings: DiagnosisSettings, environment: [String: String], logger: Logger) {
        checker = NodeChecker(settings, environment: environment, logger: logger)
        explainer = Explainer(settings, environment: environment, logger: logger)
        self.logger = logger
    }

    /// A service on `address`: `/` for the node, `/explain?service=shop/web&from=pod` for a Service.
    package func service(on address: ListenAddress) -> HTTPService {
        let router = Router()
        router.get("/") { request, _ in
            let search = request.uri.queryParameters["search"].map { String($0) } ?? ""
            return await Self.page { try await checker.overview(search: search).html }
        }
        router.get("/explain") { request, _ in
            let parameters = request.uri.queryParameters
            let service = parameters["service"].map { String($0) } ?? ""
            let origin = parameters["from"].map { String($0) }
            return await Self.page { try await explainer.explain(Question(service, origin: origin)).html }
        }
        return HTTPService(flag: "--serve", address: address, responder: router.buildResponder(), logger: logger)
    }

    private static func page(_ body: () async throws -> String) async -> Response {
        let text: String
        var status = HTTPResponse.Status.ok
        do { text = try await body() } catch {
            status = .badRequest
            text = "\(error)\n"
        }
        return Response(
            status: status,
            headers: [
                .contentType: status == .ok ? "text/html; charset=utf-8" : "text/plain; charset=utf-8",
                .xContentTypeOptions: "nosniff",
                // Forbids external resources and scripts.
                .contentSecurityPolicy: "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
