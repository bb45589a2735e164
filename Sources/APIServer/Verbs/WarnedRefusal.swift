import KubernetesObjects

/// A refusal of something of which the client is warned all the same.
struct WarnedRefusal: Error {
    var status: APIStatus
    var warnings: [String]

    /// Runs `body`, whose refusals come with `warnings`.
    static func adding<Result>(_ warnings: [String], _ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let status as APIStatus where !warnings.isEmpty {
            throw WarnedRefusal(status: status, warnings: warnings)
        }
    }
}
