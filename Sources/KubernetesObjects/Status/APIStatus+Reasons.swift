/// kube-apiserver's refusals, with its messages.
extension APIStatus {
    package static func notFound(_ resource: GroupResource, name: String) -> APIStatus {
        APIStatus(
            code: 404, reason: "NotFound", message: "\(resource) \(GoText.quoted(name)) not found",
            details: Details(name: name, group: resource.group, kind: resource.resource))
    }

    /// A path that is not served.
    package static let unknownPath = APIStatus(
        code: 404, reason: "NotFound", message: "the server could not find the requested resource",
        details: Details())

    package static func alreadyExists(_ resource: GroupResource, name: String) -> APIStatus {
        APIStatus(
            code: 409, reason: "AlreadyExists", message: "\(resource) \(GoText.quoted(name)) already exists",
            details: Details(name: name, group: resource.group, kind: resource.resource))
    }

    /// Creating an object while one of the same name waits for its finalizers.
    package static func beingDeleted(_ resource: GroupResource, name: String) -> APIStatus {
        var status = alreadyExists(resource, name: name)
        status.message = "object is being deleted: " + status.message
        return status
    }

    package static func conflict(_ resource: GroupResource, name: String, _ problem: String) -> APIStatus {
        APIStatus(
            code: 409, reason: "Conflict",
            message: "Operation cannot be fulfilled on \(resource) \(GoText.quoted(name)): \(problem)",
            details: Details(name: name, group: resource.group, kind: resource.resource))
    }

    /// The object's resource version differs from that of the client's copy.
    package static func modified(_ resource: GroupResource, name: String) -> APIStatus {
        conflict(
            resource, name: name,
            "the object has been modified; please apply your changes to the latest version and try again")
    }

    /// An update with a uid other than the stored object's.
    package static func wrongUID(
        _ resource: GroupResource, name: String, key: String, given: String, stored: String
    ) -> APIStatus {
        conflict(
            resource, name: name,
            "StorageError: invalid object, Code: 4, Key: \(key), ResourceVersion: 0, AdditionalErrorMsg: "
                + "Precondition failed: UID in precondition: \(given), UID in object meta: \(stored)")
    }

    package static func invalid(kind: GroupKind, name: String, _ errors: [FieldError]) -> APIStatus {
        var message = "\(kind) \(GoText.quoted(name)) is invalid"
        if errors.count == 1 {
            message += ": \(errors[0])"
        } else if !errors.isEmpty {
            message += ": [" + errors.map(\.description).joined(separator: ", ") + "]"
        }
        return APIStatus(
            code: 422, reason: "Invalid", message: message,
            details: Details(
                name: name, group: kind.group, kind: kind.kind,
                causes: errors.map { Cause(reason: $0.kind.rawValue, message: $0.message, field: $0.field) }))
    }

    package static func badRequest(_ message: String) -> APIStatus {
        APIStatus(code: 400, reason: "BadRequest", message: message)
    }

    package static let unauthorized = APIStatus(code: 401, reason: "Unauthorized", message: "Unauthorized")

    package static func forbidden(_ resource: GroupResource, name: String, _ problem: String) -> APIStatus {
        let subject =
            name.isEmpty
            ? (resource.resource.isEmpty ? "forbidden" : "\(resource) is forbidden")
            : "\(resource) \(GoText.quoted(name)) is forbidden"
        return APIStatus(
            code: 403, reason: "Forbidden", message: "\(subject): \(problem)",
            details: Details(name: name, group: resource.group, kind: resource.resource))
    }

    package static func methodNotSupported(_ resource: GroupResource, verb: String) -> APIStatus {
        APIStatus(
            code: 405, reason: "MethodNotAllowed",
            message: "\(verb) is not supported on resources of kind \"\(resource)\"",
            details: Details(group: resource.group, kind: resource.resource))
    }

    package static func notAcceptable(_ accepted: [String]) -> APIStatus {
        APIStatus(
            code: 406, reason: "NotAcceptable",
            message: "only the following media types are accepted: \(accepted.joined(separator: ", "))")
    }

    package static func unsupportedMediaType(_ accepted: [String]) -> APIStatus {
        APIStatus(
            code: 415, reason: "UnsupportedMediaType",
            message: "the body of the request was in an unknown format - accepted media types include: "
                + accepted.joined(separator: ", "))
    }

    package static func requestTooLarge(limit: Int) -> APIStatus {
        APIStatus(
            code: 413, reason: "RequestEntityTooLarge",
            message: "Request entity too large: limit is \(limit)")
    }

    package static func tooManyRequests(retryAfterSeconds: Int) -> APIStatus {
        APIStatus(
            code: 429, reason: "TooManyRequests", message: "Too many requests, please try again later.",
            details: Details(retryAfterSeconds: retryAfterSeconds))
    }

    /// A watch from, or a page of, a resource version that is no longer available.
    package static func expired(_ message: String) -> APIStatus {
        APIStatus(code: 410, reason: "Expired", message: message)
    }

    package static func gone(_ message: String) -> APIStatus {
        APIStatus(code: 410, reason: "Gone", message: message)
    }

    package static func tooLargeResourceVersion(_ requested: UInt64, current: UInt64) -> APIStatus {
        APIStatus(
            code: 504, reason: "Timeout",
            message: "Timeout: Too large resource version: \(requested), current: \(current)",
            details: Details(
                causes: [Cause(reason: "ResourceVersionTooLarge", message: "Too large resource version")],
                retryAfterSeconds: 1))
    }

    package static func internalError(_ message: String) -> APIStatus {
        APIStatus(
            code: 500, reason: "InternalError", message: "Internal error occurred: \(message)",
            details: Details(causes: [Cause(reason: "", message: message)]))
    }

    /// A failure without a reason of its own, such as an unreadable resource version.
    package static func unknownFailure(_ message: String) -> APIStatus {
        APIStatus(code: 500, reason: "", message: message)
    }

    package static func serviceUnavailable(_ message: String) -> APIStatus {
        APIStatus(code: 503, reason: "ServiceUnavailable", message: message)
    }

    /// A body whose fields do not fit the kind.
    package static func cannotBeHandled(kind: String, version: String, _ problem: String) -> APIStatus {
        badRequest("\(kind) in version \(GoText.quoted(version)) cannot be handled as a \(kind): \(problem)")
    }
}
