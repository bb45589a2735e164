extension NodeFacts {
    /// Whether a proxy keeps the kernel up to date.
    var proxyFindings: [Finding] {
        guard let proxies else { return [] }
        guard let first = proxies.first else {
            return [
                Finding(
                    .broken, .proxyNotRunning, "no proxy runs on this node, so nothing follows changes of Services",
                    proof: "no process servicelet or kube-proxy is in this network namespace",
                    remedy: "start servicelet proxy or kube-proxy; see the log of its last end")
            ]
        }
        var findings = proxies.flatMap(\.findings)
        if proxies.count > 1 {
            let names = proxies.map { "\($0.program) (pid \($0.pid), \($0.mode))" }
            findings.append(
                Finding(
                    .broken, .severalProxies, "\(proxies.count) proxies program this node at the same time",
                    proof: list(names),
                    remedy: "stop all but one, and run servicelet cleanup before that one starts again"))
        }
        if findings.isEmpty { findings.append(.ok(first.text)) }
        return findings
    }
}

extension ProxyFacts {
    /// The number of seconds after which a waiting change means that the proxy is behind.
    static let patience = 10.0

    fileprivate var text: String {
        var text = "\(program) (pid \(pid)) in \(mode) mode"
        switch health {
        case .answered(_, let seconds?): text += ", healthy; last programmed \(Self.ago(seconds))"
        case .answered: text += ", healthy"
        case .nodeLeaving:
            text +=
                ", healthy; \(healthAddress)/healthz tells load balancers to leave this node out, "
                + "because it is being deleted"
        case .silent, .refused, .notServed: break
        }
        return text
    }

    private var name: String { "\(program) (pid \(pid))" }

    fileprivate var findings: [Finding] {
        if isStopped {
            return [
                Finding(
                    .broken, .proxySilent, "\(name) is stopped, so nothing follows changes of Services",
                    proof: "its state in /proc/\(pid)/stat", remedy: "kill -CONT \(pid), or start it again")
            ]
        }
        switch health {
        case .silent:
            return [
                Finding(
                    .broken, .proxySilent, "\(name) is stuck: it does not answer",
                    proof: "nothing came from \(healthAddress)/healthz",
                    remedy: "see its log, and start it again")
            ]
        case .answered(let status, let seconds) where status != 200:
            return [
                Finding(
                    .broken, .proxyUnhealthy, "\(name) says that it is not healthy",
                    proof: "\(healthAddress)/healthz answered \(status)"
                        + (seconds.map { "; the kernel last held everything \(Self.ago($0))" } ?? ""),
                    remedy: "see its log for what it could not program")
            ]
        case .answered, .nodeLeaving, .refused, .notServed: break
        }
        guard let secondsPending, secondsPending > Self.patience else { return [] }
        return [
            Finding(
                .broken, .proxyBehind, "\(name) is behind: a change waits to be programmed",
                proof: "it was queued \(Self.ago(secondsPending)) and is not in the kernel yet",
                remedy: "see its log for why programming fails")
        ]
    }

    private static func ago(_ seconds: Double) -> String {
        seconds < 120 ? "\(Int(seconds)) s ago" : "\(Int(seconds / 60)) min ago"
    }
}
