import Foundation
import Logging
import NIOSSL

/// The credential of each request.
///
/// Files are read again at the first request after a minute; a plug-in runs again when its credential expires. A
/// credential that the server refused is renewed at once. When a renewal fails, the previous credential is used until
/// it is refused.
actor Credentials {
    private static let renewal: Duration = .seconds(60)

    private let configuration: KubernetesClientConfiguration
    private let logger: Logger
    private let metrics: RequestMetrics
    private let wallClock: @Sendable () -> Date
    private var current: Credential?
    private var goodUntil: ContinuousClock.Instant?
    private var pluginResult: ExecPlugin.Result?
    private var parsed: (material: TLSMaterial, tls: TLSConfiguration)?
    /// The start of validity of a plug-in's last client certificate, in seconds since 1970.
    private var certificateStart: time_t?
    private var generations = 0
    private var isRenewing = false
    private var waiters: [CheckedContinuation<Void, Never>] = []

    init(
        _ configuration: KubernetesClientConfiguration, logger: Logger, metrics: RequestMetrics = RequestMetrics(),
        wallClock: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.configuration = configuration
        self.logger = logger
        self.metrics = metrics
        self.wallClock = wallClock
    }

    /// The credential for a request sent now. Callers that arrive during a renewal wait for its result.
    func credential(at now: ContinuousClock.Instant) async throws -> Credential {
        while isRenewing { await withCheckedContinuation { waiters.append($0) } }
        if let current, let goodUntil, now < goodUntil, pluginResult?.isGood(at: wallClock()) ?? true { return current }
        isRenewing = true
        defer {
            isRenewing = false
            for waiter in waiters { waiter.resume() }
            waiters = []
        }
        do {
            let renewed = try await renewed()
            current = renewed
            goodUntil = now.advanced(by: Self.renewal)
            return renewed
        } catch let error as ClientError {
            guard let current else { throw error }
            logger.warning("\(error); what was read before is used until the server refuses it")
            goodUntil = now.advanced(by: Self.renewal)
            return current
        }
    }

    /// Discards a credential that the server did not accept; the next request obtains a new one.
    func discard(_ refused: Credential) {
        guard current?.generation == refused.generation else { return }
        current = nil
        pluginResult = nil
    }

    private func renewed() async throws -> Credential {
        let authentication = configuration.authentication
        if let plugin = authentication.plugin, !(pluginResult?.isGood(at: wallClock()) ?? false) {
            pluginResult = nil
            pluginResult = try await ExecPlugin(plugin, origin: authentication.origin, metrics: metrics).run()
        }
        let tls = try configuration.server.usesTLS ? self.tls() : nil
        generations += 1
        return Credential(generation: generations, token: try token(), tls: tls)
    }

    private func token() throws(ClientError) -> String? {
        let authentication = configuration.authentication
        if let token = pluginResult?.token { return token }
        guard let file = authentication.tokenFile else { return authentication.token }
        do throws(ClientError) {
            let text = String(decoding: try Material.file(file).read(), as: UTF8.self)
            let token = text.trimmingCharacters(in: .whitespacesAndNewlines)
            guard token.isEmpty else { return token }
            throw ClientError(.credentials, "\(file) is empty; it must hold a token", isRetryable: true)
        } catch {
            if let token = authentication.token { return token }
            throw ClientError(
                .credentials, "\(authentication.origin): tokenFile: \(error.message)", cause: error.cause,
                isRetryable: true)
        }
    }

    private func tls() throws(ClientError) -> TLSConfiguration {
        let authentication = configuration.authentication
        let made = pluginResult ?? ExecPlugin.Result()
        let material: TLSMaterial
        do throws(ClientError) {
            material = TLSMaterial(
                certificateAuthority: try configuration.tls.certificateAuthority?.read(),
                clientCertificate: try (made.clientCertificate ?? authentication.clientCertificate)?.read(),
                clientKey: try (made.clientKey ?? authentication.clientKey)?.read(),
                skipsVerification: configuration.tls.skipsVerification)
        } catch {
            throw ClientError(
                .credentials, "\(authentication.origin): \(error.message)", cause: error.cause, isRetryable: true)
        }
        if let parsed, parsed.material == material { return parsed.tls }
        let tls = try material.configuration(origin: authentication.origin)
        if made.clientCertificate != nil { count(tls) }
        parsed = (material, tls)
        return tls
    }

    /// Reports a plug-in's new certificate.
    private func count(_ tls: TLSConfiguration) {
        guard case .certificate(let new) = tls.certificateChain.first else { return }
        let age = certificateStart.map { wallClock().timeIntervalSince1970 - Double($0) }
        certificateStart = new.notValidBefore
        metrics.rotatedCertificate(expiry: Double(new.notValidAfter), age: age)
    }
}
