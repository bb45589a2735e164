import APICredentials
import Foundation
import InternetAddresses
import Logging
import NIOSSL

extension APIServer {
    private func names() throws -> ServerCredentials.Names {
        var addresses = ["127.0.0.1", "::1"].compactMap { IPAddress($0) }
        if let address = configuration.address {
            addresses += address.isUnspecified ? try MachineAddresses.all() : [address]
        }
        addresses += configuration.network.ranges.map { $0.address(at: 0) }
        var seen: Set<IPAddress> = []
        return ServerCredentials.Names(
            dnsNames: [
                "localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc",
                "kubernetes.default.svc.cluster.local", APIServerConfiguration.hostName,
            ],
            addresses: addresses.filter { seen.insert($0).inserted }.map(\.networkBytes))
    }

    /// Where Pods reach the server; `nil` if it only listens on loopback.
    func endpoint() throws -> (address: IPAddress, port: Int)? {
        guard let address = configuration.address, !address.isLoopback else { return nil }
        guard address.isUnspecified else { return (address, configuration.port) }
        let addresses = try MachineAddresses.all().filter { address.family == .ipv6 || $0.family == .ipv4 }
        let family = configuration.network.ranges.first?.network.family
        return (addresses.first { $0.family == family } ?? addresses.first).map { ($0, configuration.port) }
    }

    /// Reads or creates the server's credentials, and writes the administrator's kubeconfig once.
    func makeCredentials(now: Date = Date()) throws -> ServerCredentials {
        let folder = configuration.dataDirectory
        let credentials = try ServerCredentials(folder: folder, names: names(), now: now)
        let isNew = try ServerCredentials.writeKubeconfig(
            kubeconfig, folder: folder, server: configuration.url, user: "admin", groups: ["system:masters"],
            now: now)
        if isNew { logger.info("wrote \(kubeconfig): use it with kubectl --kubeconfig, or as KUBECONFIG") }
        return credentials
    }

    static func context(_ credentials: ServerCredentials) throws -> NIOSSLContext {
        do {
            let certificate = try NIOSSLCertificate(bytes: Array(credentials.certificate.utf8), format: .pem)
            let authority = try NIOSSLCertificate(bytes: Array(credentials.authority.utf8), format: .pem)
            let key = try NIOSSLPrivateKey(bytes: Array(credentials.key.utf8), format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: [.certificate(certificate)], privateKey: .privateKey(key))
            configuration.minimumTLSVersion = .tlsv12
            configuration.trustRoots = .certificates([authority])
            // A client without a certificate may still have a token.
            configuration.certificateVerification = .optionalVerification
            configuration.applicationProtocols = ["h2", "http/1.1"]
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw APIServerError(
                "the server's certificate cannot be used: \(error); move its pki folder away for a new one")
        }
    }

    /// Replaces certificates, and the kubeconfig, before they expire.
    func renew(
        _ credentials: ServerCredentials, _ tls: TLSContext, clock: some Clock<Duration> = ContinuousClock(),
        now: @Sendable () -> Date = { Date() }
    ) async throws {
        var renewal = credentials.renewal
        while !Task.isCancelled {
            try await clock.sleep(for: .seconds(3600))
            guard now() >= renewal else { continue }
            do {
                let new = try makeCredentials(now: now())
                tls.replace(with: try Self.context(new))
                renewal = new.renewal
                logger.info("renewed the server's certificate")
            } catch {
                logger.error("the server's certificate ends soon and cannot be renewed: \(error)")
            }
        }
    }
}
