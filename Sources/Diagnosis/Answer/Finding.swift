/// One finding about a link.
package struct Finding: Sendable, Hashable, Codable {
    package var verdict: Verdict
    /// Identifies it for programs; stable across releases.
    package var code: FindingCode
    /// The finding in one sentence without a full stop; names the object and the place.
    package var text: String
    /// The evidence; empty if the text is sufficient.
    package var proof: String
    /// What to do about it; empty if nothing is wrong.
    package var remedy: String

    package init(
        _ verdict: Verdict, _ code: FindingCode, _ text: String, proof: String = "", remedy: String = ""
    ) {
        self.verdict = verdict
        self.code = code
        self.text = text
        self.proof = proof
        self.remedy = remedy
    }

    /// A finding that something is in order.
    package static func ok(_ text: String, proof: String = "") -> Finding { Finding(.ok, .fine, text, proof: proof) }
}
