import KubernetesObjects

/// Routes each request to its handler, after authentication and authorization.
package struct APIRouter: Sendable {
    let registry: Registry
    let authenticator: Authenticator
    let authorizer: Authorizer
    let handler: ResourceHandler
    let pages: ServerPages

    /// Never throws: failures become answers.
    package func respond(to request: APIRequest) async -> APIResponse {
        do {
            return try await answer(request)
        } catch let status as APIStatus {
            return APIResponse(status)
        } catch {
            return APIResponse(.internalError("\(error)"))
        }
    }

    private func answer(_ request: APIRequest) async throws -> APIResponse {
        let target = RequestTarget(request)
        var identity = try await authenticator.identify(request, now: SystemClock.date(registry.now()))
        identity = try Impersonation.apply(to: identity, request, authorizer: authorizer)
        try authorizer.check(target, by: identity)
        if let page = pages.answer(request, target) { return page }
        guard target.isResource else { throw APIStatus.unknownPath }
        let resource = try resolve(target, request, identity)
        return try await handler.respond(to: resource, verb: target.verb)
    }

    private func resolve(
        _ target: RequestTarget, _ request: APIRequest, _ identity: Identity
    ) throws(APIStatus) -> ResourceRequest {
        guard let definition = registry.resources.definition(target.groupVersion, resource: target.resource) else {
            throw .unknownPath
        }
        var subresource: Subresource?
        var verbs = definition.verbs
        if !target.subresource.isEmpty {
            guard let known = definition.subresource(target.subresource), target.rest.isEmpty else {
                throw .unknownPath
            }
            subresource = known
            verbs = known.verbs
        }
        guard verbs.contains(target.verb) else {
            throw .methodNotSupported(target.groupResource, verb: request.method)
        }
        let needsNamespace = ["create", "update", "patch", "get", "delete"].contains(target.verb)
        if definition.isNamespaced, target.namespace.isEmpty, needsNamespace { throw .unknownPath }
        return ResourceRequest(
            definition: definition, stored: registry.resources.stored(definition), subresource: subresource,
            namespace: definition.isNamespaced ? target.namespace : "", name: target.pathName, http: request,
            identity: identity)
    }
}
