package import Foundation
import SwiftASN1
import X509

/// The server's certificates and keys, in `pki` below its data directory.
package struct ServerCredentials: Sendable {
    /// The server's names and addresses, besides `localhost`.
    package struct Names: Sendable, Hashable {
        package var dnsNames: [String]
        /// In network byte order, 4 or 16 bytes each.
        package var addresses: [[UInt8]]

        package init(dnsNames: [String], addresses: [[UInt8]]) {
            self.dnsNames = dnsNames
            self.addresses = addresses
        }
    }

    /// PEM of the authority's certificate.
    package let authority: String
    /// PEM of the server's certificate and key.
    package let certificate: String
    package let key: String
    /// When the server's certificate must be replaced.
    package let renewal: Date

    /// Reads existing credentials, and creates those that are missing, do not match `names`, or expire soon.
    package init(folder: String, names: Names, now: Date) throws {
        let authority = try Self.authority(folder, now: now)
        let paths = (certificate: folder + "/pki/apiserver.crt", key: folder + "/pki/apiserver.key")
        do {
            if let certificate = try PrivateFile.read(paths.certificate), let key = try PrivateFile.read(paths.key),
                let stored = try? Certificate(pemEncoded: certificate), Self.fits(stored, names, authority, now: now)
            {
                try self.init(authority: authority, certificate: certificate, key: key, ends: stored.notValidAfter)
                return
            }
            let (made, key) = try authority.issue(
                commonName: "kube-apiserver",
                usage: .server(dnsNames: names.dnsNames, addresses: names.addresses), now: now)
            let pem = (try made.serializeAsPEM().pemString + "\n", try key.serializeAsPEM().pemString + "\n")
            try PrivateFile.write(pem.1, to: paths.key)
            try PrivateFile.write(pem.0, to: paths.certificate)
            try self.init(authority: authority, certificate: pem.0, key: pem.1, ends: made.notValidAfter)
        } catch let error as CredentialError {
            throw error
        } catch {
            throw CredentialError("the server's certificate cannot be made: \(error)")
        }
    }

    private init(authority: CertificateAuthority, certificate: String, key: String, ends: Date) throws {
        self.authority = try authority.certificate.serializeAsPEM().pemString + "\n"
        self.certificate = certificate
        self.key = key
        renewal = ends.addingDays(-CertificateAuthority.renewal)
    }

    private static func authority(_ folder: String, now: Date) throws -> CertificateAuthority {
        try PrivateFile.makeFolder(folder + "/pki")
        return try CertificateAuthority(folder: folder + "/pki", now: now)
    }

    private static func fits(
        _ certificate: Certificate, _ names: Names, _ authority: CertificateAuthority, now: Date
    ) -> Bool {
        guard certificate.lasts(days: CertificateAuthority.renewal, from: now),
            authority.certificate.publicKey.isValidSignature(certificate.signature, for: certificate),
            let alternatives = try? certificate.extensions.subjectAlternativeNames
        else { return false }
        var dnsNames: Set<String> = []
        var addresses: Set<[UInt8]> = []
        for name in alternatives {
            switch name {
            case .dnsName(let name): dnsNames.insert(name)
            case .ipAddress(let address): addresses.insert(Array(address.bytes))
            default: break
            }
        }
        return dnsNames == Set(names.dnsNames) && addresses == Set(names.addresses)
    }

    /// Writes a kubeconfig with a client certificate of `user`, unless the file has a valid one.
    ///
    /// - Returns: whether it was written.
    package static func writeKubeconfig(
        _ path: String, folder: String, server: String, user: String, groups: [String], now: Date
    ) throws -> Bool {
        let authority = try authority(folder, now: now)
        do {
            let ca = try authority.certificate.serializeAsPEM().pemString + "\n"
            if let text = try PrivateFile.read(path), let stored = Kubeconfig(parsing: text), stored.server == server,
                stored.authority == ca, let certificate = try? Certificate(pemEncoded: stored.certificate),
                certificate.lasts(days: CertificateAuthority.renewal, from: now)
            {
                return false
            }
            let (certificate, key) = try authority.issue(
                commonName: user, organizations: groups, usage: .client, now: now)
            let kubeconfig = Kubeconfig(
                server: server, user: user, authority: ca,
                certificate: try certificate.serializeAsPEM().pemString + "\n",
                key: try key.serializeAsPEM().pemString + "\n")
            try PrivateFile.write(kubeconfig.text, to: path)
            return true
        } catch let error as CredentialError {
            throw error
        } catch {
            throw CredentialError("\(path) cannot be made: \(error)")
        }
    }
}
