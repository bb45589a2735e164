/// Somebody who answers questions about Services on this node, for whoever asks the proxy over HTTP.
package protocol NodeInquiry: Sendable {
    /// Why connections to a Service go where they go, as JSON; what is asked as `servicelet explain` takes it. Not
    /// valid is a question that makes no sense.
    func explain(_ service: String, from origin: String?) async -> (isValid: Bool, json: String)

    /// What is wrong on the node, in Prometheus' text format, as it was when it was last looked at.
    var metricsText: String { get }
}
