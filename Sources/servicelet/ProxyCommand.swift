import ArgumentParser
import DaemonKit
import Foundation
import Logging
import NodeProxy

struct ProxyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "proxy", abstract: "Programs the node's kernel with the Services of a cluster or of manifests.",
        discussion: """
            Without --manifests, --kubeconfig and --master, uses the API server of the cluster that it runs in as a Pod.
            Rules stay in force after SIGTERM; servicelet cleanup removes them.
            """)

    @Option(help: "A folder of YAML and JSON manifests, or one file, instead of a cluster; edits take effect at once.")
    var manifests: String?

    @Option(help: "The kubeconfig file with the API server's address and credentials.")
    var kubeconfig: String?

    @Option(help: "The URL of the API server; overrides the one in the kubeconfig.")
    var master: String?

    @OptionGroup var flags: ProxyFlags
    @OptionGroup var logging: LoggingOptions

    func run() async throws {
        let configuration = try options.configuration(machine: Machine.hostName())
        let proxy = NodeProxy(configuration: configuration, logger: logging.logger)
        let environment = ProcessInfo.processInfo.environment
        try await Daemon.run([Daemon.Part("proxy") { try await proxy.run(environment: environment) }])
    }

    private var options: ProxyOptions {
        var options = flags.options
        options.manifests = manifests
        options.kubeconfig = kubeconfig
        options.master = master
        return options
    }
}
