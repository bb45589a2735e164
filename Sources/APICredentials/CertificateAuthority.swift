import Crypto
import Foundation
import SwiftASN1
import X509

/// The server's own certificate authority: its certificates identify their holders.
struct CertificateAuthority {
    /// The validity of certificates in days, and the remainder at which they are renewed.
    static let lifetime = 3650, leafLifetime = 365, renewal = 60

    let certificate: Certificate
    private let key: Certificate.PrivateKey

    /// Reads `ca.crt` and `ca.key` in `folder`, or creates them; renews the certificate, with the same key,
    /// before it expires.
    init(folder: String, now: Date) throws {
        let paths = (certificate: folder + "/ca.crt", key: folder + "/ca.key")
        do {
            guard let pem = try PrivateFile.read(paths.key) else {
                key = Certificate.PrivateKey(P256.Signing.PrivateKey())
                certificate = try Self.makeCertificate(key, now: now)
                try PrivateFile.write(try key.serializeAsPEM().pemString + "\n", to: paths.key)
                try PrivateFile.write(try certificate.serializeAsPEM().pemString + "\n", to: paths.certificate)
                return
            }
            key = try Certificate.PrivateKey(pemEncoded: pem)
            if let pem = try PrivateFile.read(paths.certificate) {
                let stored = try Certificate(pemEncoded: pem)
                if stored.lasts(days: 2 * Self.renewal + Self.leafLifetime, from: now),
                    stored.publicKey == key.publicKey
                {
                    certificate = stored
                    return
                }
            }
            certificate = try Self.makeCertificate(key, now: now)
            try PrivateFile.write(try certificate.serializeAsPEM().pemString + "\n", to: paths.certificate)
        } catch let error as CredentialError {
            throw error
        } catch {
            throw CredentialError(
                "\(paths.certificate) or \(paths.key) cannot be used: \(error); move both away for new ones")
        }
    }

    private static func makeCertificate(_ key: Certificate.PrivateKey, now: Date) throws -> Certificate {
        let name = try DistinguishedName { CommonName("servicelet-ca") }
        return try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key.publicKey,
            notValidBefore: now.addingTimeInterval(-3600), notValidAfter: now.addingDays(lifetime), issuer: name,
            subject: name,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                Critical(KeyUsage(digitalSignature: true, keyCertSign: true))
                SubjectKeyIdentifier(hash: key.publicKey)
            }, issuerPrivateKey: key)
    }

    enum Usage {
        case server(dnsNames: [String], addresses: [[UInt8]])
        case client
    }

    /// Issues a certificate with a new key.
    func issue(
        commonName: String, organizations: [String] = [], usage: Usage, now: Date
    ) throws -> (certificate: Certificate, key: Certificate.PrivateKey) {
        let own = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let subject = try DistinguishedName {
            for organization in organizations { OrganizationName(organization) }
            CommonName(commonName)
        }
        let extensions = try Certificate.Extensions {
            Critical(BasicConstraints.notCertificateAuthority)
            Critical(KeyUsage(digitalSignature: true))
            switch usage {
            case .server(let dnsNames, let addresses):
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames(
                    dnsNames.map { .dnsName($0) }
                        + addresses.map { .ipAddress(ASN1OctetString(contentBytes: $0[...])) })
            case .client:
                try ExtendedKeyUsage([.clientAuth])
            }
            SubjectKeyIdentifier(hash: own.publicKey)
        }
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: own.publicKey,
            notValidBefore: now.addingTimeInterval(-3600), notValidAfter: now.addingDays(Self.leafLifetime),
            issuer: self.certificate.subject, subject: subject, extensions: extensions, issuerPrivateKey: key)
        return (certificate, own)
    }
}

extension Certificate {
    func lasts(days: Int, from now: Date) -> Bool { notValidAfter > now.addingDays(days) }
}

extension Date {
    func addingDays(_ days: Int) -> Date { addingTimeInterval(Double(days) * 86_400) }
}
