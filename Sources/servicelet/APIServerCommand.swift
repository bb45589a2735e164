import APIServer
import ArgumentParser
import DaemonKit

struct APIServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apiserver",
        abstract: "Serves the Kubernetes API for Service networking on one machine, from one file.",
        discussion: """
            The first start makes certificates and writes admin.kubeconfig into the data directory: \
            kubectl --kubeconfig /var/lib/servicelet/admin.kubeconfig get services.
            For one machine, tests and edge devices; not a replacement for a cluster's API server.
            """)

    @OptionGroup var server: APIServerOptions
    @OptionGroup var logging: LoggingOptions

    func run() async throws {
        let server = try APIServer(configuration: server.configuration(), logger: logging.logger)
        try await Daemon.run([Daemon.Part("apiserver") { try await server.run() }])
    }
}
