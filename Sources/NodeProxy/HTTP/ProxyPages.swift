import DaemonKit
import FoundationEssentials
package import KubeProxyConfig

/// The program's pages besides metrics, in the formats of kube-proxy 1.36.
package struct ProxyPages: Sendable {
    /// JSON: the answer to `/configz`.
    package var configz: String
    /// The answer to `/flagz`.
    package var flagz: String
    /// The paths that `/statusz` lists.
    static let paths = ["/configz", "/flagz", "/healthz", "/metrics", "/proxyMode"]

    /// `configuration` is the effective configuration, `flags` the command line's.
    package init(configuration: KubeProxyConfiguration, flags: KubeProxyConfiguration) {
        configz = configuration.configz
        flagz = Self.head("flagz") + Setting.flagz(flags).map { "\($0.name)=\($0.value)\n" }.joined()
    }

    /// The answer to `/statusz`.
    static func statusz(started: Date, now: Date) -> String {
        let seconds = max(0, Int(now.timeIntervalSince(started)))
        let up =
            "\(seconds / 3600) hr \(padded(seconds / 60 % 60)) min \(padded(seconds % 60)) sec"
        return head("statusz")
            + """

            Started= \(started.formatted(Date.ISO8601FormatStyle()))
            Up= \(up)
            Go version= none: servicelet \(BuildInfo.version), written in Swift
            Binary version= \(BuildInfo.kubernetesVersion)
            Emulation version= \(BuildInfo.minorVersion)
            Paths= \(paths.joined(separator: " "))

            """
    }

    /// The answer to `/metrics/slis`: component health checks; kube-proxy registers none either.
    static func slis(startTime: Double) -> String {
        var text = PrometheusText()
        text.gauge("process_start_time_seconds", help: "When the process started, in seconds since 1970", startTime)
        return text.text
    }

    /// The answer to `/debug/pprof` and `/debug/flags/v`.
    static let noProfiles = """
        servicelet has no Go runtime to profile: on the node, perf record -g -p $(pgrep servicelet) shows where time
        goes. The log's verbosity is set with -v at the start.

        """

    private static func head(_ name: String) -> String {
        "\nkube-proxy \(name)\nWarning: This endpoint is not meant to be machine parseable, "
            + "has no formatting compatibility guarantees and is for debugging purposes only.\n"
    }

    private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
