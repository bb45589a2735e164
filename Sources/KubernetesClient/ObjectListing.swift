import AsyncHTTPClient
package import Foundation
package import KubernetesAPI
package import Logging
import NIOSSL
package import ObjectSource

/// Lists objects once, for a short-lived program.
package struct ObjectListing: Sendable {
    /// Why a request to an API server failed.
    package struct Failure: Error, Sendable, CustomStringConvertible {
        package enum Code: Sendable, Hashable {
            /// No connection, or no answer in time.
            case unreachable
            /// A certificate, ours or the server's, was rejected.
            case certificate
            /// The server does not permit us to read this.
            case refused
        }

        package var code: Code
        package var description: String
    }

    private let configuration: KubernetesClientConfiguration
    private let logger: Logger
    /// The timeout for all answers together.
    private let timeout: Duration

    package init(configuration: KubernetesClientConfiguration, logger: Logger, timeout: Duration = .seconds(5)) {
        self.configuration = configuration
        self.logger = logger
        self.timeout = timeout
    }

    /// `https://10.0.0.1:6443`
    package var server: String { "\(configuration.server)" }

    /// The objects of each selection, listed concurrently; for an optional selection, possibly the failure.
    package func list(
        _ selections: [KindSelection]
    ) async throws(Failure) -> [ObjectKind: Result<[KubernetesObject], Failure>] {
        try await withTransport(configuration) { transport in
            try await withThrowingTaskGroup(of: (KindSelection, Result<[KubernetesObject], Failure>).self) { group in
                for selection in selections {
                    group.addTask { (selection, await Self.pages(of: selection, transport)) }
                }
                var found: [ObjectKind: Result<[KubernetesObject], Failure>] = [:]
                for try await (selection, result) in group {
                    if !selection.isOptional { _ = try result.get() }
                    found[selection.kind] = result
                }
                return found
            }
        }
    }

    /// The bodies of JSON answers, by path; refused ones are missing.
    package func documents(_ paths: [String]) async throws(Failure) -> [String: [UInt8]] {
        var configuration = configuration
        configuration.contentType = .json
        return try await withTransport(configuration) { transport in
            await withTaskGroup(of: (String, [UInt8]?).self) { group in
                for path in paths {
                    group.addTask {
                        do { return (path, try await transport.collect(try await transport.get(path))) } catch {
                            return (path, nil)
                        }
                    }
                }
                return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
        }
    }

    /// By how many seconds the server's clock is ahead of ours, to the second; `nil` where it does not tell the time.
    package func clockDifference() async throws(Failure) -> Double? {
        var configuration = configuration
        configuration.contentType = .json
        return try await withTransport(configuration) { (transport) -> Double? in
            let before = Date.now
            let response = try await transport.get("/version")
            _ = try await transport.collect(response)
            guard let theirs = Self.date(ofHeader: response.date) else { return nil }
            // It was written at some moment of the exchange, and without fractions of a second.
            let ours = (before.timeIntervalSince1970 + Date.now.timeIntervalSince1970) / 2
            return theirs.timeIntervalSince1970 + 0.5 - ours
        }
    }

    /// Reads `Sat, 21 Nov 2026 18:16:12 GMT` (RFC 9110, IMF-fixdate); `nil` for other forms.
    static func date(ofHeader text: String) -> Date? {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", let month = months.firstIndex(of: String(words[2])) else {
            return nil
        }
        let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        do {
            return try Date("\(words[3])-\(number)-\(words[1])T\(words[4])Z", strategy: .iso8601)
        } catch {
            return nil
        }
    }

    private static func pages(
        of selection: KindSelection, _ transport: APITransport
    ) async -> Result<[KubernetesObject], Failure> {
        var objects: [KubernetesObject] = []
        var request = ListRequest(resourceVersion: "0")
        do {
            repeat {
                let path = ResourcePath(selection: selection).target(of: .list(request))
                let response = try await transport.get(path)
                let page = try response.format.readList(try await transport.collect(response), of: selection.kind)
                objects += page.objects
                request.continueToken = page.continueToken
                request.resourceVersion = ""
            } while !request.continueToken.isEmpty
            return .success(objects)
        } catch {
            return .failure(Failure(error, transport.configuration))
        }
    }

    private func withTransport<Value: Sendable>(
        _ configuration: KubernetesClientConfiguration,
        _ body: @escaping @Sendable (APITransport) async throws -> Value
    ) async throws(Failure) -> Value {
        var configuration = configuration
        configuration.connectTimeout = min(configuration.connectTimeout, .seconds(2))
        let (settled, logger, timeout) = (configuration, logger, timeout)
        do {
            return try await HTTPClient.withHTTPClient(configuration: .init(settled)) { http in
                let transport = APITransport(
                    http: http, configuration: settled, credentials: Credentials(settled, logger: logger),
                    metrics: RequestMetrics())
                return try await withThrowingTaskGroup(of: Value.self) { group in
                    group.addTask { try await body(transport) }
                    group.addTask {
                        try await Task.sleep(for: timeout)
                        throw RequestFailure.silent(timeout)
                    }
                    defer { group.cancelAll() }
                    guard let value = try await group.next() else { throw CancellationError() }
                    return value
                }
            }
        } catch {
            throw Failure(error, settled)
        }
    }
}

extension ObjectListing.Failure {
    fileprivate init(_ error: any Error, _ configuration: KubernetesClientConfiguration) {
        if let known = error as? ObjectListing.Failure {
            self = known
            return
        }
        let failure = error as? RequestFailure ?? RequestFailure(error, configuration: configuration)
        let text = failure.description(server: "\(configuration.server)")
        switch failure {
        case .status(let status, _): self.init(code: status.code == 401 ? .certificate : .refused, description: text)
        case .credentials: self.init(code: .certificate, description: text)
        case .connection(let reason) where reason.lowercased().contains("certificate"):
            self.init(code: .certificate, description: text)
        default: self.init(code: .unreachable, description: text)
        }
    }
}

extension KubernetesClientConfiguration {
    /// Our credential, and its expiry; empty if unknown.
    package func credentialAges() -> [(name: String, expiry: Date)] {
        var ages: [(name: String, expiry: Date)] = []
        do {
            if let material = authentication.clientCertificate,
                let certificate = try NIOSSLCertificate.fromPEMBytes(try material.read()).first
            {
                let expiry = Date(timeIntervalSince1970: TimeInterval(certificate.notValidAfter))
                ages.append(("client certificate", expiry))
            }
            let file = try authentication.tokenFile.map {
                String(decoding: try Material.file($0).read(), as: UTF8.self)
            }
            if let token = file ?? authentication.token, let expiry = Self.expiry(ofToken: token) {
                ages.append(("token", expiry))
            }
        } catch {
            // The listing itself reports what cannot be read.
            return ages
        }
        return ages
    }

    /// The claim `exp` of a JSON Web Token; `nil` for other tokens.
    private static func expiry(ofToken token: String) -> Date? {
        struct Claims: Decodable { var exp: Double? }
        let parts = token.split(separator: ".")
        guard parts.count == 3 else { return nil }
        var text = parts[1].map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }
        while text.count % 4 != 0 { text.append("=") }
        guard let data = Data(base64Encoded: String(text)) else { return nil }
        do {
            return try JSONDecoder().decode(Claims.self, from: data).exp.map { Date(timeIntervalSince1970: $0) }
        } catch {
            return nil
        }
    }
}
