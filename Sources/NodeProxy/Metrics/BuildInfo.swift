import DaemonKit

/// The program's version.
package enum BuildInfo {
    /// The release of servicelet.
    package static let version = "0.1.0"
    /// The release of kube-proxy whose flags, configuration file, rules and pages we follow.
    package static let kubernetesVersion = "1.36.2"

    /// `1.36`, of ``kubernetesVersion``.
    static var minorVersion: String { kubernetesVersion.split(separator: ".").prefix(2).joined(separator: ".") }

    #if arch(arm64)
        private static let architecture = "arm64"
    #else
        private static let architecture = "amd64"
    #endif

    /// Writes `kubernetes_build_info` with kube-proxy's labels.
    static func write(to text: inout PrometheusText) {
        let numbers = kubernetesVersion.split(separator: ".").map(String.init)
        text.family(
            "kubernetes_build_info", type: "gauge", help: "The kube-proxy release that the program corresponds to")
        text.sample(
            "kubernetes_build_info",
            [
                "build_date": "", "compiler": "swiftc", "git_commit": "", "git_tree_state": "",
                "git_version": "v\(kubernetesVersion)+servicelet-\(version)", "go_version": "", "major": numbers[0],
                "minor": numbers[1], "platform": "linux/\(architecture)",
            ], "1")
    }
}
