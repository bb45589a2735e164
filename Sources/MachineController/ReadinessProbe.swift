package import KubernetesObjects

/// A container's readiness probe, from `readinessProbe`.
///
/// https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
package struct ReadinessProbe: Sendable, Hashable {
    /// The action of the probe.
    package enum Action: Sendable, Hashable {
        case http(HTTPRequest)
        case tcp(host: String, port: UInt16)
        /// Not supported; the text says what it is.
        case unsupported(String)
    }

    package struct HTTPRequest: Sendable, Hashable {
        package var host: String
        package var port: UInt16
        /// Path and query.
        package var target: String
        package var usesTLS: Bool
        package var headers: [Header]

        package struct Header: Sendable, Hashable {
            package var name: String
            package var value: String
        }
    }

    package var action: Action
    /// Seconds from the start of the Pod to the first try.
    package var initialDelay: Int64
    /// Seconds between tries.
    package var period: Int64
    /// The timeout of a try in seconds.
    package var timeout: Int64
    /// Successes in a row that make it ready.
    package var successThreshold: Int64
    /// Failures in a row that make it unready.
    package var failureThreshold: Int64

    /// `nil` for a container without such a probe.
    package init?(container: JSONValue, address: String) {
        let probe = container["readinessProbe"]
        guard probe.isSet else { return nil }
        initialDelay = probe["initialDelaySeconds"].number
        period = max(1, probe["periodSeconds"]?.integer ?? 10)
        timeout = max(1, probe["timeoutSeconds"]?.integer ?? 1)
        successThreshold = max(1, probe["successThreshold"]?.integer ?? 1)
        failureThreshold = max(1, probe["failureThreshold"]?.integer ?? 3)
        action = Self.action(probe, container, address)
    }

    private static func action(_ probe: JSONValue?, _ container: JSONValue, _ address: String) -> Action {
        if probe["httpGet"].isSet {
            let http = probe["httpGet"]
            guard let port = port(http["port"], container) else { return .unsupported("httpGet without a known port") }
            let host = http["host"].text
            let path = http["path"].text
            let headers = http["httpHeaders"].items.map {
                HTTPRequest.Header(name: $0["name"].text, value: $0["value"].text)
            }
            return .http(
                HTTPRequest(
                    host: host.isEmpty ? address : host, port: port, target: path.hasPrefix("/") ? path : "/" + path,
                    usesTLS: http["scheme"].text.uppercased() == "HTTPS", headers: headers))
        }
        if probe["tcpSocket"].isSet {
            let tcp = probe["tcpSocket"]
            guard let port = port(tcp["port"], container) else {
                return .unsupported("tcpSocket without a known port")
            }
            let host = tcp["host"].text
            return .tcp(host: host.isEmpty ? address : host, port: port)
        }
        let kind = probe["exec"].isSet ? "exec" : probe["grpc"].isSet ? "grpc" : "a probe of an unknown kind"
        return .unsupported("\(kind), which is not done here; use httpGet or tcpSocket")
    }

    /// A number, or the name of a port of the container.
    private static func port(_ value: JSONValue?, _ container: JSONValue) -> UInt16? {
        if let number = value?.integer ?? value?.string.flatMap({ Int64($0) }) { return UInt16(exactly: number) }
        let named = container["ports"].items.first { $0["name"].text == value.text && !value.text.isEmpty }
        return named.flatMap { UInt16(exactly: $0["containerPort"].number) }
    }
}

/// The readiness that follows from results: unready until enough successes, ready until enough failures.
package struct ProbeHistory: Sendable, Hashable {
    package private(set) var isReady = false
    private var streak: Int64 = 0

    package init() {}

    /// - Returns: Whether ``isReady`` has changed.
    @discardableResult
    package mutating func record(_ success: Bool, _ probe: ReadinessProbe) -> Bool {
        guard success != isReady else {
            streak = 0
            return false
        }
        streak += 1
        guard streak >= (success ? probe.successThreshold : probe.failureThreshold) else { return false }
        isReady = success
        streak = 0
        return true
    }
}
