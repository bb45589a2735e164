import APIServer
import ArgumentParser
import DaemonKit
import Foundation
import NodeProxy

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Everything for one machine in one process: the Kubernetes API and the node proxy.",
        discussion: """
            In another terminal: kubectl --kubeconfig /var/lib/servicelet/admin.kubeconfig apply -f examples/
            SIGTERM ends the program and leaves in force what it has programmed; servicelet cleanup removes it.
            """)

    @OptionGroup var server: APIServerOptions
    @OptionGroup var flags: ProxyFlags
    @OptionGroup var logging: LoggingOptions

    func run() async throws {
        let logger = logging.logger
        let server = try APIServer(configuration: server.configuration(), logger: logger)
        let configuration = try flags.options.configuration(machine: Machine.hostName())
        let proxy = NodeProxy(configuration: configuration, logger: logger) { selections in
            StoreSource(registry: server.registry, selections: selections, logger: logger)
        }
        let environment = ProcessInfo.processInfo.environment
        try await Daemon.run([
            Daemon.Part("apiserver") { try await server.run() },
            Daemon.Part("proxy") { try await proxy.run(environment: environment) },
        ])
    }
}
