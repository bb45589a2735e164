import DaemonKit
import Diagnosis
package import Logging
import NodeProxy
import Synchronization

/// Answers questions about the node within the proxy, and counts its faults periodically.
package final class ProxyInquiry: NodeInquiry {
    private let explainer: Explainer
    private let checker: NodeChecker
    private let logger: Logger
    private let latest = Mutex<NodeCheck?>(nil)

    /// The interval of node checks, long enough to make their cost negligible.
    private static let interval = Duration.seconds(60)

    package init(_ settings: DiagnosisSettings, environment: [String: String], logger: Logger) {
        explainer = Explainer(settings, environment: environment, logger: logger)
        checker = NodeChecker(settings, environment: environment, logger: logger)
        self.logger = logger
    }

    /// Checks the node repeatedly until the task is cancelled.
    package func run() async throws {
        while true {
            try await Task.sleep(for: Self.interval)
            do {
                let check = try await checker.check()
                latest.withLock { $0 = check }
            } catch {
                if Task.isCancelled { throw error }
                logger.debug("the node could not be checked: \(error)")
            }
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
        guard let check = latest.withLock({ $0 }) else { return "" }
        let name = "servicelet_faults"
        text.family(name, type: "gauge", help: "What is wrong on this node, by code, as servicelet check finds it")
        for code in FindingCode.allCases where ![.fine, .notSeen].contains(code) {
            text.sample(name, ["code": code.rawValue], "\(check.faultCounts[code] ?? 0)")
        }
        return text.text
    }
}
