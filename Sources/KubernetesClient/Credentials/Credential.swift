import Foundation
import NIOSSL

/// The credentials of a request.
struct Credential: Sendable {
    /// Distinguishes this credential from the next, so that only the refused one is discarded.
    var generation: Int
    /// For `Authorization: Bearer …`.
    var token: String?
    /// For the connection; `nil` for a server without TLS.
    var tls: TLSConfiguration?
}

/// The bytes from which a TLS configuration is made; equal bytes are not parsed again.
struct TLSMaterial: Sendable, Hashable {
    var certificateAuthority: [UInt8]?
    var clientCertificate: [UInt8]?
    var clientKey: [UInt8]?
    var skipsVerification = false

    /// Parses certificates and key; `origin` names the entry they came from in errors.
    func configuration(origin: String) throws(ClientError) -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        tls.certificateVerification = skipsVerification ? .none : .fullVerification
        if let certificateAuthority {
            tls.trustRoots = .certificates(
                try Self.certificates(certificateAuthority, named: "certificate-authority", origin: origin))
        }
        if let clientCertificate, let clientKey {
            tls.certificateChain = try Self.certificates(clientCertificate, named: "client-certificate", origin: origin)
                .map { .certificate($0) }
            do {
                tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: clientKey, format: .pem))
            } catch {
                throw ClientError(
                    .credentials,
                    "\(origin): client-key is not an unencrypted private key in PEM form; write one there",
                    cause: error, isRetryable: true)
            }
        }
        return tls
    }

    private static func certificates(
        _ bytes: [UInt8], named field: String, origin: String
    ) throws(ClientError) -> [NIOSSLCertificate] {
        do {
            let certificates = try NIOSSLCertificate.fromPEMBytes(bytes)
            guard certificates.isEmpty else { return certificates }
        } catch {
            throw ClientError(
                .credentials, "\(origin): \(field) does not hold certificates in PEM form", cause: error,
                isRetryable: true)
        }
        throw ClientError(.credentials, "\(origin): \(field) holds no certificate in PEM form", isRetryable: true)
    }
}
