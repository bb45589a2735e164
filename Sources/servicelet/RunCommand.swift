import APIServer
import ArgumentParser
import ControllerManager
import DNSServer
import DaemonKit
import Foundation
import KubeProxyConfig
import Logging
import MachineController
import NodeDiagnosis
import NodeProxy

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract:
            "Everything for one machine in one process: the Kubernetes API, controllers, the node proxy, and DNS.",
        discussion: """
            In another terminal: kubectl --kubeconfig /var/lib/servicelet/admin.kubeconfig apply -f examples/
            SIGTERM ends the program and leaves in force what it has programmed; servicelet cleanup removes it.
            """)

    @OptionGroup var server: APIServerOptions
    @OptionGroup var controllers: ControllerFlags
    @OptionGroup var dnsFlags: DNSFlags
    @OptionGroup var logging: LoggingOptions

    @Argument(parsing: .allUnrecognized, help: "Flags of the proxy; servicelet proxy --help lists them.")
    var proxyFlags: [String] = []

    func run() async throws {
        let logger = logging.logger
        var serverConfiguration = try self.server.configuration()
        serverConfiguration.dns = try dnsFlags.endpoints()
        let server = try APIServer(configuration: serverConfiguration, logger: logger)
        let invocation = try Invocation(proxyFlags, program: "servicelet run", isKubeProxy: false)
        guard invocation.task == .run else {
            throw ValidationError("servicelet run only runs; for that, use servicelet proxy")
        }
        for remark in invocation.remarks { logger.warning("\(remark)") }
        let configuration = try ProxyConfiguration(invocation.configuration, machine: Machine.hostName())
        let pages = ProxyPages(configuration: invocation.configuration, flags: invocation.flags)
        let environment = ProcessInfo.processInfo.environment
        let inquiry = ProxyInquiry(DiagnosisSettings(), environment: environment, logger: logger)
        let proxy = NodeProxy(
            configuration: configuration, logger: logger, pages: pages,
            source: { selections in
                StoreSource(registry: server.registry, selections: selections, logger: logger)
            }, inquiry: inquiry)
        let documents = StoreDocuments(
            registry: server.registry, fieldManager: "servicelet-controller", logger: logger)
        let manager = ControllerManager(
            source: documents, writer: documents, options: controllers.options(default: "endpoints,replicas"),
            logger: logger)
        let machine = MachineLoop(
            machine: .local(name: configuration.nodeName, version: Servicelet.version), source: documents,
            writer: documents, logger: logger)
        let accounts = DefaultAccounts(source: documents, writer: documents, logger: logger)
        let dns = try dnsFlags.options.map { options in
            DNSServer(try options.origin(), environment: environment, logger: logger) { selections in
                StoreSource(registry: server.registry, selections: selections, logger: logger)
            }
        }
        var parts = [
            Daemon.Part("apiserver") { try await server.run() },
            Daemon.Part("controllers") { try await manager.run() },
            Daemon.Part("machine") { try await machine.run() },
            Daemon.Part("accounts") { try await accounts.run() },
            Daemon.Part("proxy") { try await proxy.run(environment: environment) },
        ]
        if let dns { parts.append(Daemon.Part("dns") { try await dns.serve() }) }
        // The last part is the first to be stopped.
        parts.append(Daemon.Part("drain") { await proxy.drainConnections() })
        try await Daemon.run(parts)
    }
}
