import Foundation

/// A program that provides credentials, such as `aws-iam-authenticator`.
///
/// See https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins.
struct ExecPlugin: Sendable {
    enum Version: String, Sendable, Hashable, Codable {
        case v1 = "client.authentication.k8s.io/v1"
        case v1beta1 = "client.authentication.k8s.io/v1beta1"
    }

    /// `users[].user.exec`
    struct Configuration: Sendable, Hashable {
        var version: Version
        /// A path, or a name to look up in `PATH`.
        var command: String
        var arguments: [String] = []
        /// Added to our own environment.
        var environment: [String: String] = [:]
        /// Present if the program wants cluster information (`provideClusterInfo`).
        var cluster: Cluster?
        /// The hint for users if the program is missing.
        var installHint: String?
    }

    struct Cluster: Sendable, Hashable {
        var server: String
        var serverName: String?
        var skipsVerification: Bool
        var certificateAuthority: [UInt8]?
        var proxy: String?
    }

    struct Result: Sendable, Hashable {
        var token: String?
        var clientCertificate: Material?
        var clientKey: Material?
        /// `nil` for a credential that is valid until refused.
        var expiry: Date?

        func isGood(at now: Date) -> Bool { expiry.map { now < $0 } ?? true }
    }

    static let timeout: Duration = .seconds(60)
    static let outputLimit = 1 << 20

    private let configuration: Configuration
    private let origin: String
    private let timeout: Duration
    private let metrics: RequestMetrics

    init(
        _ configuration: Configuration, origin: String, timeout: Duration = timeout,
        metrics: RequestMetrics = RequestMetrics()
    ) {
        self.metrics = metrics
        self.configuration = configuration
        self.origin = origin
        self.timeout = timeout
    }

    /// Runs the program and reads its answer. Throws ``ClientError``, or `CancellationError`.
    func run() async throws -> Result {
        var environment = ProcessInfo.processInfo.environment
        environment.merge(configuration.environment) { _, new in new }
        environment["KUBERNETES_EXEC_INFO"] = try ExecCredential.request(configuration)
        guard let path = Self.find(configuration.command, path: environment["PATH"] ?? "/usr/bin:/bin") else {
            metrics.countPlugin(.notFound, code: 1)
            throw error("there is no such program; \(configuration.installHint ?? "install it or correct command")")
        }
        let ended: ChildProcess.Outcome
        do {
            ended = try await ChildProcess(
                path: path, arguments: configuration.arguments, environment: environment, timeout: timeout,
                outputLimit: Self.outputLimit
            ).run()
        } catch let failure as ChildProcess.Failure {
            metrics.countPlugin(.other, code: 1)
            throw error("\(failure)")
        }
        guard ended.status == 0 else {
            metrics.countPlugin(.failed, code: ended.status)
            let complaint = String(decoding: ended.errors.prefix(500), as: UTF8.self)
                .split(whereSeparator: \.isNewline).joined(separator: " ")
            throw error("ended with \(ended.status)\(complaint.isEmpty ? "" : ": \(complaint)")")
        }
        do throws(ExecCredential.Malformed) {
            let answer = try ExecCredential.answer(ended.output, version: configuration.version)
            metrics.countPlugin(.success, code: 0)
            return answer
        } catch {
            metrics.countPlugin(.other, code: 1)
            throw self.error("its answer cannot be used: \(error.reason)")
        }
    }

    private func error(_ reason: String) -> ClientError {
        ClientError(
            .credentials, "\(origin): exec: \(configuration.command): \(reason)", isRetryable: true)
    }

    private static func find(_ command: String, path: String) -> String? {
        let candidates = command.contains("/") ? [command] : path.split(separator: ":").map { "\($0)/\(command)" }
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
