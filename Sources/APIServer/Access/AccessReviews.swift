import KubernetesObjects

/// Answers to "may I?" and "who am I?": objects that are created and never stored.
///
/// https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access
struct AccessReviews: Sendable {
    let authorizer: Authorizer
    let authenticator: Authenticator
    let now: @Sendable () -> Int64

    /// The answer, if a request is for a review.
    func review(_ request: ResourceRequest, _ document: Document) async throws -> APIResponse? {
        switch (request.definition.group, request.definition.plural) {
        case ("authorization.k8s.io", "selfsubjectaccessreviews"):
            return answer(request, document, status: status(of: document.spec, for: request.identity))
        case ("authorization.k8s.io", "subjectaccessreviews"), ("authorization.k8s.io", "localsubjectaccessreviews"):
            let spec = document.spec
            let identity = Identity(
                user: spec["user"]?.string ?? "", uid: spec["uid"]?.string ?? "",
                groups: spec["groups"]?.array?.compactMap(\.string) ?? [])
            return answer(request, document, status: status(of: spec, for: identity))
        case ("authorization.k8s.io", "selfsubjectrulesreviews"):
            return answer(request, document, status: rules(of: request.identity))
        case ("authentication.k8s.io", "selfsubjectreviews"):
            return answer(request, document, status: ["userInfo": userInfo(request.identity)])
        case ("authentication.k8s.io", "tokenreviews"):
            return answer(request, document, status: await tokenStatus(document.spec["token"]?.string ?? ""))
        default:
            return nil
        }
    }

    private func answer(_ request: ResourceRequest, _ document: Document, status: JSONObject) -> APIResponse {
        var document = document
        if document.creationTimestamp == nil, request.definition.plural == "selfsubjectreviews" {
            document.creationTimestamp = APITime.text(seconds: now())
        }
        document.status = status
        return APIResponse(status: 201, body: .bytes(StoredDocument.bytes(document)))
    }

    private func status(of spec: JSONObject, for identity: Identity) -> JSONObject {
        let action: Authorizer.Action
        if let attributes = spec["resourceAttributes"] {
            func text(_ key: String) -> String { attributes[key]?.string ?? "" }
            action = Authorizer.Action(
                verb: text("verb"), group: text("group"), resource: text("resource"), subresource: text("subresource"),
                namespace: text("namespace"), name: text("name"))
        } else {
            let attributes = spec["nonResourceAttributes"]
            action = Authorizer.Action(verb: attributes?["verb"]?.string ?? "", path: attributes?["path"]?.string ?? "")
        }
        return ["allowed": .bool(authorizer.allows(action, by: identity))]
    }

    private func rules(of identity: Identity) -> JSONObject {
        var resources: [JSONValue] = []
        var paths: [JSONValue] = []
        let strings = { (values: [String]) in JSONValue.array(values.map(JSONValue.string)) }
        for rule in authorizer.rules(of: identity) {
            if rule.resources.isEmpty {
                paths.append(["verbs": strings(rule.verbs), "nonResourceURLs": strings(rule.paths)])
            } else {
                resources.append([
                    "verbs": strings(rule.verbs), "apiGroups": strings(rule.groups),
                    "resources": strings(rule.resources),
                ])
            }
        }
        return ["resourceRules": .array(resources), "nonResourceRules": .array(paths), "incomplete": false]
    }

    private func userInfo(_ identity: Identity) -> JSONValue {
        var info: JSONObject = ["username": .string(identity.user)]
        if !identity.uid.isEmpty { info["uid"] = .string(identity.uid) }
        info["groups"] = .array(identity.groups.map(JSONValue.string))
        if !identity.extra.isEmpty {
            info["extra"] = .object(
                JSONObject(
                    identity.extra.sorted { $0.key < $1.key }.map { ($0.key, .array($0.value.map(JSONValue.string))) }))
        }
        return .object(info)
    }

    private func tokenStatus(_ token: String) async -> JSONObject {
        do {
            let date = SystemClock.date(now())
            let identity = try await authenticator.identify(token: token, now: date)
            return [
                "authenticated": true, "user": userInfo(identity),
                "audiences": .array(authenticator.audiences.sorted().map(JSONValue.string)),
            ]
        } catch {
            return ["user": [:], "error": "invalid bearer token"]
        }
    }
}
