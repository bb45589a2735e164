import ArgumentParser
import ControllerManager
import DaemonKit
import Foundation
import KubernetesClient
import Logging

struct ControllerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "controller",
        abstract: "Keeps the EndpointSlices and Endpoints of Services, in kube-controller-manager's place.",
        discussion: """
            Without --kubeconfig and --master, uses the API server of the cluster that it runs in as a Pod. Of several \
            instances one works; another takes over when it goes away.
            """)

    @Option(help: "The kubeconfig file with the API server's address and credentials.")
    var kubeconfig: String?

    @Option(help: "The URL of the API server; overrides the one in the kubeconfig.")
    var master: String?

    @OptionGroup var flags: ControllerFlags
    @OptionGroup var election: ElectionFlags
    @Option(help: "Where to serve /metrics, /healthz and /readyz; \"\" for nowhere.")
    var metricsBindAddress = "127.0.0.1:10257"

    @OptionGroup var logging: LoggingOptions

    func run() async throws {
        let logger = logging.logger
        let configuration = try KubernetesClientConfiguration.load(
            kubeconfig: kubeconfig, master: master, environment: ProcessInfo.processInfo.environment)
        let options = flags.options(default: "endpoints")
        let election = try election.options()
        let metrics = ControllerMetrics()
        let pages = try pages(metrics, logger: logger)
        try await Daemon.run([
            Daemon.Part("controller") {
                try await HTTPDocuments.with(configuration, logger: logger) { documents in
                    let manager = ControllerManager(
                        source: documents, writer: documents, options: options, metrics: metrics, logger: logger)
                    try await manager.run(electedBy: election)
                }
            },
            Daemon.Part("metrics") { try await pages?.keepRunning() },
        ])
    }

    private func pages(_ metrics: ControllerMetrics, logger: Logger) throws -> HTTPService? {
        guard !metricsBindAddress.isEmpty else { return nil }
        guard let address = ListenAddress(metricsBindAddress, defaultPort: 10257) else {
            throw ValidationError(
                "--metrics-bind-address: \(metricsBindAddress) is not an address and a port such as 127.0.0.1:10257")
        }
        return .controller(metrics, on: address, logger: logger)
    }
}
