import AsyncHTTPClient
import KubernetesAPI
package import Logging

/// Creates single objects on an API server. Rarely used, so each call makes its own connection.
package struct ObjectCreation: Sendable {
    private let configuration: KubernetesClientConfiguration
    private let logger: Logger
    private let metrics: RequestMetrics

    package init(
        configuration: KubernetesClientConfiguration, logger: Logger, metrics: RequestMetrics = RequestMetrics()
    ) {
        self.configuration = configuration
        self.logger = logger
        self.metrics = metrics
    }

    /// Creates the object that `json` describes in the collection at `path`, such as `/api/v1/nodes`.
    ///
    /// Throws ``ClientError`` with the server's message, or `CancellationError`.
    package func create(_ json: [UInt8], in path: String) async throws {
        do {
            try await HTTPClient.withHTTPClient(configuration: .init(configuration)) { http in
                let credentials = Credentials(configuration, logger: logger, metrics: metrics)
                let transport = APITransport(
                    http: http, configuration: configuration, credentials: credentials, metrics: metrics)
                try await transport.post(path, json: json)
            }
        } catch let failure as RequestFailure {
            throw ClientError(
                .response, "\(path): \(failure.description(server: configuration.server.description))",
                isRetryable: failure.mayEnd)
        }
    }
}

extension RequestFailure {
    /// Whether the same request may succeed later.
    fileprivate var mayEnd: Bool {
        switch self {
        case .status(let status, _): status.code >= 500 || status.code == 429 || status.code == 401
        case .unreadable, .tooLarge: false
        case .refused, .connection, .silent, .credentials, .closedAtOnce, .closedEarly: true
        }
    }
}
