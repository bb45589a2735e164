import Crypto
package import Foundation
import JWTKit

/// Signs and verifies ServiceAccount tokens.
///
/// https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/
package struct ServiceAccountTokens: Sendable {
    package static let issuer = "https://kubernetes.default.svc.cluster.local"

    /// The Pod, Secret or Node that a token is bound to.
    package struct BoundObject: Sendable, Hashable {
        package var kind: String
        package var name: String
        package var uid: String

        package init(kind: String, name: String, uid: String) {
            self.kind = kind
            self.name = name
            self.uid = uid
        }
    }

    /// The subject of a token, and the object it is bound to.
    package struct Claims: Sendable, Hashable {
        package var namespace: String
        package var serviceAccount: String
        package var uid: String
        package var audiences: [String]
        package var expiration: Date
        package var bound: BoundObject?

        package init(
            namespace: String, serviceAccount: String, uid: String, audiences: [String], expiration: Date,
            bound: BoundObject? = nil
        ) {
            self.namespace = namespace
            self.serviceAccount = serviceAccount
            self.uid = uid
            self.audiences = audiences
            self.expiration = expiration
            self.bound = bound
        }
    }

    private let keys: JWTKeyCollection

    /// Reads `sa.key` in `pki` below `folder`, or creates it.
    package init(folder: String) async throws {
        try PrivateFile.makeFolder(folder + "/pki")
        let path = folder + "/pki/sa.key"
        let pem: String
        if let stored = try PrivateFile.read(path) {
            pem = stored
        } else {
            pem = P256.Signing.PrivateKey().pemRepresentation + "\n"
            try PrivateFile.write(pem, to: path)
        }
        do {
            keys = JWTKeyCollection()
            await keys.add(ecdsa: try ES256PrivateKey(pem: pem))
        } catch {
            throw CredentialError("\(path) cannot be used: \(error); move it away for a new one, which ends all tokens")
        }
    }

    package func sign(_ claims: Claims, now: Date) async throws -> String {
        do {
            return try await keys.sign(Payload(claims, now: now))
        } catch {
            throw CredentialError(
                "the token of \(claims.namespace)/\(claims.serviceAccount) cannot be signed: \(error)")
        }
    }

    /// The claims of a token, if this server has signed it and it is currently valid.
    ///
    /// - Throws: `CredentialError` with the reason.
    package func verify(_ token: String, now: Date) async throws -> Claims {
        let payload: Payload
        do {
            payload = try await keys.verify(token, as: Payload.self)
        } catch {
            throw CredentialError("the token is not one of this server")
        }
        guard payload.iss == Self.issuer else { throw CredentialError("the token is of another issuer") }
        guard payload.exp > now.timeIntervalSince1970 else { throw CredentialError("the token has expired") }
        guard payload.nbf <= now.timeIntervalSince1970 + 60 else { throw CredentialError("the token is not valid yet") }
        return payload.claims
    }
}

private struct Payload: JWTPayload {
    struct Bound: Codable {
        var name: String
        var uid: String
    }

    struct Kubernetes: Codable {
        var namespace: String
        var serviceaccount: Bound
        var node: Bound?
        var pod: Bound?
        var secret: Bound?

        init(_ claims: ServiceAccountTokens.Claims) {
            namespace = claims.namespace
            serviceaccount = Bound(name: claims.serviceAccount, uid: claims.uid)
            guard let object = claims.bound else { return }
            let bound = Bound(name: object.name, uid: object.uid)
            switch object.kind {
            case "Node": node = bound
            case "Pod": pod = bound
            default: secret = bound
            }
        }

        var boundObject: ServiceAccountTokens.BoundObject? {
            for (kind, object) in [("Pod", pod), ("Secret", secret), ("Node", node)] {
                guard let object else { continue }
                return ServiceAccountTokens.BoundObject(kind: kind, name: object.name, uid: object.uid)
            }
            return nil
        }
    }

    var aud: [String]
    var exp: Double
    var iat: Double
    var iss: String
    var jti: String
    var nbf: Double
    var sub: String
    var kubernetes: Kubernetes

    enum CodingKeys: String, CodingKey {
        case aud, exp, iat, iss, jti, nbf, sub
        case kubernetes = "kubernetes.io"
    }

    init(_ claims: ServiceAccountTokens.Claims, now: Date) {
        aud = claims.audiences
        exp = claims.expiration.timeIntervalSince1970.rounded()
        iat = now.timeIntervalSince1970.rounded(.down)
        iss = ServiceAccountTokens.issuer
        jti = UUID().uuidString.lowercased()
        nbf = iat
        sub = "system:serviceaccount:\(claims.namespace):\(claims.serviceAccount)"
        kubernetes = Kubernetes(claims)
    }

    var claims: ServiceAccountTokens.Claims {
        ServiceAccountTokens.Claims(
            namespace: kubernetes.namespace, serviceAccount: kubernetes.serviceaccount.name,
            uid: kubernetes.serviceaccount.uid, audiences: aud, expiration: Date(timeIntervalSince1970: exp),
            bound: kubernetes.boundObject)
    }

    /// The caller checks the times against its clock.
    func verify(using algorithm: some JWTAlgorithm) async throws {}
}
