import APICredentials
import Foundation
import KubernetesObjects
import ObjectStore

/// Issues tokens: `POST serviceaccounts/NAME/token`.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/
struct TokenRequests: Sendable {
    let tokens: ServiceAccountTokens
    let store: ObjectStore
    let audience: String
    /// Seconds since 1970.
    let now: @Sendable () -> Int64

    func create(_ request: ResourceRequest) async throws -> APIResponse {
        guard let account = store.record(request.definition.key(namespace: request.namespace, name: request.name))
        else {
            throw APIStatus.notFound(request.groupResource, name: request.name)
        }
        let document = try account.decoded()
        var body = try request.body()?.json ?? .object([:])
        let seconds = body[path: "spec", "expirationSeconds"]?.integer ?? 3600
        guard (600...4_294_967_296).contains(seconds) else {
            let problem = seconds < 600 ? "less than 10 minutes" : "larger than 2^32 seconds"
            throw APIStatus.invalid(
                kind: GroupKind(group: "authentication.k8s.io", kind: "TokenRequest"), name: "",
                [.invalid("spec.expirationSeconds", .integer(seconds), "may not specify a duration \(problem)")])
        }
        let bound = try boundObject(body[path: "spec", "boundObjectRef"], namespace: request.namespace)
        var audiences = body[path: "spec", "audiences"]?.array?.compactMap(\.string) ?? []
        if audiences.isEmpty { audiences = [audience] }
        let time = now()
        let claims = ServiceAccountTokens.Claims(
            namespace: request.namespace, serviceAccount: request.name, uid: document.uid, audiences: audiences,
            expiration: Date(timeIntervalSince1970: Double(time + seconds)), bound: bound)
        let token = try await tokens.sign(claims, now: Date(timeIntervalSince1970: Double(time)))
        body["kind"] = "TokenRequest"
        body["apiVersion"] = "authentication.k8s.io/v1"
        body["metadata"] = [
            "name": .string(request.name), "namespace": .string(request.namespace),
            "creationTimestamp": .string(APITime.text(seconds: time)),
        ]
        body.set(.integer(seconds), at: ["spec", "expirationSeconds"])
        body.set(.array(audiences.map(JSONValue.string)), at: ["spec", "audiences"])
        body["status"] = [
            "token": .string(token), "expirationTimestamp": .string(APITime.text(seconds: time + seconds)),
        ]
        return APIResponse(status: 201, json: body)
    }

    /// The object that the token is to be bound to, which must exist.
    private func boundObject(
        _ reference: JSONValue?, namespace: String
    ) throws(APIStatus) -> ServiceAccountTokens.BoundObject? {
        guard let reference, reference.object != nil else { return nil }
        let kind = reference["kind"]?.string ?? ""
        guard reference["apiVersion"]?.string == "v1", let binding = TokenBinding(rawValue: kind) else {
            throw .badRequest(
                "cannot bind token for serviceaccount to \(reference["apiVersion"]?.string ?? ""), Kind=\(kind)")
        }
        let name = reference["name"]?.string ?? ""
        let resource = GroupResource(group: "", resource: binding.resource)
        guard let document = try store.record(binding.key(namespace: namespace, name: name))?.decoded() else {
            throw .notFound(resource, name: name)
        }
        let wanted = reference["uid"]?.string ?? ""
        guard wanted.isEmpty || wanted == document.uid else {
            throw .conflict(
                resource, name: name,
                "the UID in the bound object reference (\(wanted)) does not match the UID in record. The object might "
                    + "have been deleted and then recreated")
        }
        return ServiceAccountTokens.BoundObject(kind: kind, name: name, uid: document.uid)
    }
}
