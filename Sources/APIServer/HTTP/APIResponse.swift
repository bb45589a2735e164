import KubernetesObjects

/// The response to a request.
package struct APIResponse: Sendable {
    package enum Body: Sendable {
        case bytes([UInt8])
        /// Parts that are sent one after another.
        case parts([[UInt8]])
        case watch(WatchStream)
    }

    package var status: Int
    package var contentType: String
    package var headers: [(name: String, value: String)] = []
    package var body: Body

    package init(status: Int = 200, contentType: String = "application/json", body: Body) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    init(status: Int = 200, json: JSONValue) {
        self.init(status: status, body: .bytes(JSONWriter.bytes(json) + [UInt8(ascii: "\n")]))
    }

    init(_ status: APIStatus) {
        self.init(status: status.code, json: status.json)
        if let seconds = status.details?.retryAfterSeconds, seconds > 0 {
            headers.append(("retry-after", String(seconds)))
        }
    }

    static func text(_ text: String, status: Int = 200) -> APIResponse {
        APIResponse(status: status, contentType: "text/plain; charset=utf-8", body: .bytes(Array(text.utf8)))
    }

    /// Adds warnings for the client, as `Warning` headers: https://www.rfc-editor.org/rfc/rfc7234#section-5.5
    mutating func warn(_ warnings: [String]) {
        var seen: Set<String> = []
        for warning in warnings where seen.insert(warning).inserted {
            headers.append(("warning", "299 - \(Self.quoted(warning))"))
        }
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\" + String(scalar)
            case "\n", "\r", "\t": quoted += " "
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
