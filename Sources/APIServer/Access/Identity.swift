/// The identity of a client.
package struct Identity: Sendable, Hashable {
    package var user: String
    package var uid = ""
    package var groups: [String]
    package var extra: [String: [String]] = [:]

    package init(user: String, uid: String = "", groups: [String], extra: [String: [String]] = [:]) {
        self.user = user
        self.uid = uid
        self.groups = groups
        self.extra = extra
    }

    static let anonymous = Identity(user: "system:anonymous", groups: ["system:unauthenticated"])

    /// The server itself.
    package static let server = Identity(
        user: "system:apiserver", groups: ["system:masters", "system:authenticated"])
}
