/// A Status (`meta/v1`): why the API server refused a request, or ended a watch.
package struct Status: Error, Sendable, Hashable {
    /// The HTTP status code that goes with it.
    package var code: Int
    /// One word for programs: `Expired`, `Unauthorized`, `Timeout`; empty if the server gives none.
    package var reason: String
    /// For people.
    package var message: String
    /// `details.retryAfterSeconds`
    package var retryAfterSeconds: Int?
    /// `details.causes[].reason`, such as `ResourceVersionTooLarge`.
    package var causes: [String]

    package init(
        code: Int, reason: String = "", message: String = "", retryAfterSeconds: Int? = nil, causes: [String] = []
    ) {
        self.code = code
        self.reason = reason
        self.message = message
        self.retryAfterSeconds = retryAfterSeconds
        self.causes = causes
    }
}
