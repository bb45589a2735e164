package import Diagnosis
package import FoundationEssentials
import Glibc
package import InternetAddresses

/// Queries a proxy of this machine for its health, as kubelet does.
package enum HealthProbe {
    /// The answer of `/healthz` at an address. Blocks for at most `timeout`.
    package static func ask(
        _ address: IPAddress, port: UInt16, timeout: Duration = .milliseconds(400)
    ) -> ProxyFacts.Health {
        switch SmallHTTP.get("/healthz", from: address, port: port, timeout: timeout) {
        case .answer(let status, let body):
            return .answered(status: status, secondsSinceProgramming: age(in: body))
        case .silent: return .silent
        case .refused: return .refused
        }
    }

    /// How many seconds a change has been waiting to be programmed, from the metrics; `nil` for none.
    package static func secondsPending(_ address: IPAddress, port: UInt16, at now: Date = .now) -> Double? {
        guard case .answer(200, let body) = SmallHTTP.get("/metrics", from: address, port: port) else { return nil }
        var values: [Substring: Double] = [:]
        for line in body.split(separator: "\n") where line.hasPrefix("kubeproxy_sync_proxy_rules_last_") {
            let words = line.split(separator: " ")
            guard words.count == 2, let value = Double(words[1]) else { continue }
            // kube-proxy has one per IP family.
            let name = words[0].prefix { $0 != "{" }
            values[name] = max(values[name] ?? 0, value)
        }
        guard let queued = values["kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds"],
            let programmed = values["kubeproxy_sync_proxy_rules_last_timestamp_seconds"], queued > programmed
        else { return nil }
        return now.timeIntervalSince1970 - queued
    }

    /// `{"lastUpdated": "…", "currentTime": "…"}`
    private static func age(in body: String) -> Double? {
        struct Answer: Decodable {
            var lastUpdated: String
            var currentTime: String
        }
        do {
            let answer = try JSONDecoder().decode(Answer.self, from: Data(body.utf8))
            let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
            let plain = Date.ISO8601FormatStyle()
            func date(_ text: String) throws -> Date {
                // Go writes any number of digits; at most three are read.
                let head = text.prefix { $0 != "." && $0 != "Z" }
                return text.contains(".") && text.count == 24
                    ? try Date(text, strategy: style) : try Date("\(head)Z", strategy: plain)
            }
            let (updated, now) = (try date(answer.lastUpdated), try date(answer.currentTime))
            return updated.timeIntervalSince1970 > 0 ? max(0, now.timeIntervalSince(updated)) : nil
        } catch {
            // An answer in another format still has its status.
            return nil
        }
    }
}
