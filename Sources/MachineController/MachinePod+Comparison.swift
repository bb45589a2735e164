package import KubernetesObjects

extension MachinePod {
    /// Whether a status contains anything new.
    package func isNews(_ reported: Document) -> Bool {
        Self.meaning(document.status) != Self.meaning(reported.status)
    }

    /// A status in normalized form.
    private static func meaning(_ status: JSONObject) -> [String] {
        var texts = ["phase", "podIP", "hostIP", "startTime"].map { "\($0)=\(status[$0].text)" }
        texts += status["podIPs"].items.map { "podIP=\($0["ip"].text)" }
        texts += status["hostIPs"].items.map { "hostIP=\($0["ip"].text)" }
        texts += status["conditions"].items.map {
            "\($0["type"].text)=\($0["status"].text) \($0["reason"].text) \($0["message"].text)"
        }
        texts += status["containerStatuses"].items.map { "\($0["name"].text)=\($0["ready"].flag)" }
        return texts.sorted()
    }
}
