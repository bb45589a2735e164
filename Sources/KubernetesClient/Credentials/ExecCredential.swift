import Foundation

/// The object exchanged with a credential plug-in: `ExecCredential` of `client.authentication.k8s.io`.
enum ExecCredential {
    struct Malformed: Error {
        var reason: String
    }

    private struct Request: Encodable {
        struct Spec: Encodable {
            var interactive = false
            var cluster: Cluster?
        }

        struct Cluster: Encodable {
            var server: String
            var serverName: String?
            var skipsVerification: Bool?
            var certificateAuthority: Data?
            var proxy: String?

            enum CodingKeys: String, CodingKey {
                case server
                case serverName = "tls-server-name"
                case skipsVerification = "insecure-skip-tls-verify"
                case certificateAuthority = "certificate-authority-data"
                case proxy = "proxy-url"
            }
        }

        var kind = "ExecCredential"
        var apiVersion: ExecPlugin.Version
        var spec: Spec
    }

    private struct Answer: Decodable {
        struct Status: Decodable {
            var token: String?
            var expirationTimestamp: String?
            var clientCertificateData: String?
            var clientKeyData: String?
        }

        var kind: String?
        var apiVersion: String?
        var status: Status?
    }

    /// The value of `KUBERNETES_EXEC_INFO`.
    static func request(_ configuration: ExecPlugin.Configuration) throws -> String {
        let cluster = configuration.cluster.map {
            Request.Cluster(
                server: $0.server, serverName: $0.serverName, skipsVerification: $0.skipsVerification ? true : nil,
                certificateAuthority: $0.certificateAuthority.map { Data($0) }, proxy: $0.proxy)
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let request = Request(apiVersion: configuration.version, spec: Request.Spec(cluster: cluster))
        return String(decoding: try encoder.encode(request), as: UTF8.self)
    }

    static func answer(_ bytes: [UInt8], version: ExecPlugin.Version) throws(Malformed) -> ExecPlugin.Result {
        let answer: Answer
        do {
            answer = try JSONDecoder().decode(Answer.self, from: Data(bytes))
        } catch {
            throw Malformed(reason: "it is not an ExecCredential in JSON")
        }
        guard answer.kind == "ExecCredential", answer.apiVersion == version.rawValue else {
            throw Malformed(
                reason:
                    "it is \(answer.apiVersion ?? "nothing") \(answer.kind ?? "") instead of \(version.rawValue) "
                    + "ExecCredential"
            )
        }
        guard let status = answer.status else { throw Malformed(reason: "it has no status") }
        var result = ExecPlugin.Result()
        result.token = status.token.flatMap { $0.isEmpty ? nil : $0 }
        result.clientCertificate = status.clientCertificateData.map { .data(Array($0.utf8)) }
        result.clientKey = status.clientKeyData.map { .data(Array($0.utf8)) }
        guard (result.clientCertificate == nil) == (result.clientKey == nil) else {
            throw Malformed(reason: "clientCertificateData and clientKeyData come only together")
        }
        guard result.token != nil || result.clientCertificate != nil else {
            throw Malformed(reason: "it has neither token nor client certificate")
        }
        if let text = status.expirationTimestamp {
            guard let expiry = date(text) else {
                throw Malformed(reason: "expirationTimestamp \"\(text)\" is not a time as in RFC 3339")
            }
            result.expiry = expiry
        }
        return result
    }

    private static func date(_ text: String) -> Date? {
        (try? Date.ISO8601FormatStyle().parse(text))
            ?? (try? Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(text))
    }
}
