import ArgumentParser
import DaemonKit
import Foundation
import Logging
import NodeProxy

struct ProxyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "proxy", abstract: "Programs the node's kernel with the Services of a cluster, or of manifests.",
        discussion: """
            Without --manifests, --kubeconfig and --master the API server is that of the Pod that the program runs in.
            SIGTERM ends the program and leaves in force what it has programmed; servicelet cleanup removes it.
            """)

    @Option(help: "A folder of YAML and JSON manifests, or one file, in place of a cluster; edits take effect at once.")
    var manifests: String?

    @Option(help: "The kubeconfig file that says where the API server is and how to be known to it.")
    var kubeconfig: String?

    @Option(help: "The URL of the API server; takes the place of the one in the kubeconfig.")
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
