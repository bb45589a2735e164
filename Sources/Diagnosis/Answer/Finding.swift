/// One thing that was found out about a link.
package struct Finding: Sendable, Hashable, Codable {
    package var verdict: Verdict
    /// What machines tell it by; the same from release to release.
    package var code: FindingCode
    /// What is the case, in one sentence without a full stop; names the object and the place.
    package var text: String
    /// What was seen that proves it; empty where the text says it all.
    package var proof: String
    /// What to do about it; empty where nothing is wrong.
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

    /// Something that is as it should be.
    package static func ok(_ text: String, proof: String = "") -> Finding { Finding(.ok, .fine, text, proof: proof) }
}
