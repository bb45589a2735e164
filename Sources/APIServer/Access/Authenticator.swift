import APICredentials
import Foundation
import KubernetesObjects
import ObjectStore

/// Authenticates requests: by client certificate, by ServiceAccount token, or as anonymous.
struct Authenticator: Sendable {
    let tokens: ServiceAccountTokens
    let store: ObjectStore
    /// The audiences of tokens for this server.
    let audiences: Set<String>

    /// - Throws: 401 for an invalid token; a token takes precedence over a certificate, and an invalid
    ///   one is never ignored.
    func identify(_ request: APIRequest, now: Date) async throws -> Identity {
        let authorization = request.header("authorization")
        if let token = Self.bearer(authorization) { return try await identify(token: token, now: now) }
        guard authorization.isEmpty else { throw APIStatus.unauthorized }
        guard let certificate = request.certificate else { return .anonymous }
        guard !certificate.commonName.isEmpty else { throw APIStatus.unauthorized }
        return Identity(
            user: certificate.commonName, groups: certificate.organizations + ["system:authenticated"],
            extra: [:])
    }

    func identify(token: String, now: Date) async throws -> Identity {
        guard let claims = try? await tokens.verify(token, now: now), !audiences.isDisjoint(with: claims.audiences),
            let account = store.record(
                RecordKey(
                    resource: "serviceaccounts", namespace: claims.namespace, name: claims.serviceAccount)),
            let document = try? account.decoded(), document.uid == claims.uid, document.deletionTimestamp == nil
        else { throw APIStatus.unauthorized }
        if let bound = claims.bound, !exists(bound, namespace: claims.namespace) { throw APIStatus.unauthorized }
        return Identity(
            user: "system:serviceaccount:\(claims.namespace):\(claims.serviceAccount)", uid: claims.uid,
            groups: [
                "system:serviceaccounts", "system:serviceaccounts:\(claims.namespace)", "system:authenticated",
            ])
    }

    /// Whether the object that a token is bound to still exists.
    private func exists(_ bound: ServiceAccountTokens.BoundObject, namespace: String) -> Bool {
        guard let binding = TokenBinding(rawValue: bound.kind),
            let document = try? store.record(binding.key(namespace: namespace, name: bound.name))?.decoded()
        else { return false }
        return document.uid == bound.uid
    }

    private static func bearer(_ authorization: String) -> String? {
        let parts = authorization.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return parts[1].drop { $0 == " " }.isEmpty ? nil : String(parts[1])
    }
}
