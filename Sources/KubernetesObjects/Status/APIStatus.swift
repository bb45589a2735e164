/// A refusal or other outcome, sent to clients as a `Status` object.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
package struct APIStatus: Error, Sendable, Hashable, CustomStringConvertible {
    package struct Cause: Sendable, Hashable {
        package var reason: String
        package var message: String
        package var field: String

        package init(reason: String, message: String, field: String = "") {
            self.reason = reason
            self.message = message
            self.field = field
        }
    }

    package struct Details: Sendable, Hashable {
        package var name = ""
        package var group = ""
        /// The resource in most refusals, the kind in those about an invalid object.
        package var kind = ""
        package var uid = ""
        package var causes: [Cause] = []
        package var retryAfterSeconds = 0

        package init(
            name: String = "", group: String = "", kind: String = "", uid: String = "", causes: [Cause] = [],
            retryAfterSeconds: Int = 0
        ) {
            self.name = name
            self.group = group
            self.kind = kind
            self.uid = uid
            self.causes = causes
            self.retryAfterSeconds = retryAfterSeconds
        }
    }

    package var isSuccess: Bool
    package var message: String
    package var reason: String
    package var details: Details?
    /// The HTTP status code.
    package var code: Int

    package init(isSuccess: Bool = false, code: Int, reason: String, message: String, details: Details? = nil) {
        self.isSuccess = isSuccess
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details
    }

    package var description: String { message }
}

extension APIStatus {
    /// The `Status` object, with members in kube-apiserver's order.
    package var json: JSONValue {
        var object: JSONObject = [
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": isSuccess ? "Success" : "Failure",
        ]
        if !message.isEmpty { object["message"] = .string(message) }
        if !reason.isEmpty { object["reason"] = .string(reason) }
        if let details { object["details"] = details.json }
        if code != 0 { object["code"] = .integer(Int64(code)) }
        return .object(object)
    }
}

extension APIStatus.Details {
    fileprivate var json: JSONValue {
        var object = JSONObject()
        if !name.isEmpty { object["name"] = .string(name) }
        if !group.isEmpty { object["group"] = .string(group) }
        if !kind.isEmpty { object["kind"] = .string(kind) }
        if !uid.isEmpty { object["uid"] = .string(uid) }
        if !causes.isEmpty {
            object["causes"] = .array(
                causes.map { cause in
                    var object = JSONObject()
                    if !cause.reason.isEmpty { object["reason"] = .string(cause.reason) }
                    if !cause.message.isEmpty { object["message"] = .string(cause.message) }
                    if !cause.field.isEmpty { object["field"] = .string(cause.field) }
                    return .object(object)
                })
        }
        if retryAfterSeconds != 0 { object["retryAfterSeconds"] = .integer(Int64(retryAfterSeconds)) }
        return .object(object)
    }
}
