package import ServiceRouting

/// Answers questions about Services on this node, for clients of the proxy's HTTP server.
package protocol NodeInquiry: Sendable {
    /// Explains where connections to a Service go, as JSON. Takes the arguments of `servicelet explain`; `isValid` is
    /// false if they are meaningless.
    func explain(_ service: String, from origin: String?) async -> (isValid: Bool, json: String)

    /// Checks the node repeatedly until the task is cancelled. `decided` returns what the proxy has decided and
    /// programmed; `nil` while a change is waiting to be programmed.
    func run(_ decided: @escaping @Sendable () async -> RoutingSnapshot?) async throws

    /// The faults found by the last check of the node, in Prometheus' text format.
    var metricsText: String { get }
}
