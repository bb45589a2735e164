/// A Status as the API writes it.
struct StatusDocument: Decodable {
    struct Details: Decodable {
        var retryAfterSeconds: Int?
        var causes: [Cause]?
    }

    struct Cause: Decodable {
        var reason: String?
    }

    var kind: String?
    var code: Int?
    var reason: String?
    var message: String?
    var details: Details?

    var status: Status {
        // 0 means that no wait is requested.
        let wait = details?.retryAfterSeconds.flatMap { $0 > 0 ? $0 : nil }
        return Status(
            code: code ?? 0, reason: reason ?? "", message: message ?? "", retryAfterSeconds: wait,
            causes: (details?.causes ?? []).compactMap(\.reason))
    }
}
