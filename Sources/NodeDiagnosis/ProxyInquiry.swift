import DaemonKit
import Diagnosis
import FoundationEssentials
package import Logging
import NodeProxy
package import ServiceRouting
import Synchronization

/// Answers questions about the node within the proxy, and counts its faults periodically.
package final class ProxyInquiry: NodeInquiry {
    private let explainer: Explainer
    private let checker: NodeChecker
    private let logger: Logger
    private let latest = Mutex<(check: NodeCheck, time: Date)?>(nil)

    /// The interval of node checks, long enough to make their cost negligible.
    private static let interval = Duration.seconds(300)
    /// The pause before the first check, and while a change is being programmed.
    private static let pause = Duration.seconds(2)

    package init(_ settings: DiagnosisSettings, environment: [String: String], logger: Logger) {
        explainer = Explainer(settings, environment: environment, logger: logger)
        checker = NodeChecker(settings, environment: environment, logger: logger)
        self.logger = logger
    }

    /// Checks the node repeatedly. Does not ask the API server: there may be a thousand nodes.
    package func run(_ decided: @escaping @Sendable () async -> RoutingSnapshot?) async throws {
        while true {
            try await Task.sleep(for: Self.pause)
            guard let snapshot = await decided() else { continue }
            do {
                let check = try await checker.check(snapshot)
                // What is programmed meanwhile is no fault.
                if check.verdict == .broken, await decided() != snapshot { continue }
                latest.withLock { $0 = (check, .now) }
            } catch {
                if Task.isCancelled { throw error }
                logger.debug("the node could not be checked: \(error)")
            }
            try await Task.sleep(for: Self.interval - Self.pause)
        }
    }

    package func explain(_ service: String, from origin: String?) async -> (isValid: Bool, json: String) {
        do {
            let question = try Question(service, origin: origin)
            return (true, try await explainer.explain(question).json())
        } catch {
            return (false, "{\"error\": \"\(PrometheusText.escaped("\(error)"))\"}\n")
        }
    }

    package var metricsText: String {
        var text = PrometheusText()
        guard let (check, time) = latest.withLock({ $0 }) else { return "" }
        let name = "servicelet_faults"
        text.family(name, type: "gauge", help: "What is wrong on this node, by code, as servicelet check finds it")
        for code in FindingCode.allCases where ![.fine, .notSeen].contains(code) {
            text.sample(name, ["code": code.rawValue], "\(check.faultCounts[code] ?? 0)")
        }
        let last = "servicelet_faults_last_check_timestamp_seconds"
        text.family(last, type: "gauge", help: "When this node was last checked for faults")
        text.sample(last, [:], "\(time.timeIntervalSince1970)")
        return text.text
    }
}
