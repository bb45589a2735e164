import ArgumentParser
import DaemonKit
import Foundation
import KubeProxyConfig
import Logging
import NodeDiagnosis
import NodeProxy

/// `servicelet proxy`, and the program itself if invoked as `kube-proxy`.
///
/// Its flags are kube-proxy's, in the same forms: ``KubeProxyConfig`` reads them.
struct ProxyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "proxy", abstract: "Programs the node's kernel with the Services of a cluster or of manifests.",
        discussion: "Its flags are those of kube-proxy: servicelet proxy --help lists them.")

    @Argument(parsing: .captureForPassthrough, help: "The flags of kube-proxy.")
    var flags: [String] = []

    func run() async throws { try await Self.run(flags, program: "servicelet proxy", isKubeProxy: false) }

    /// Runs as the flags say. Errors name the fault, and what to do.
    static func run(_ flags: [String], program: String, isKubeProxy: Bool) async throws {
        let invocation = try Invocation(flags, program: program, isKubeProxy: isKubeProxy)
        switch invocation.task {
        case .printHelp: print(Setting.help(program: program), terminator: "")
        case .printVersion(let isRaw): VersionCommand.print(isRaw: isRaw)
        case .cleanUp: try await Leftovers.cleanUp(logger: invocation.logger)
        case .writeConfiguration(let path): try write(try invocation.configuration.yaml(), to: path)
        case .initialize:
            for remark in invocation.remarks { invocation.logger.warning("\(remark)") }
            let configuration = try ProxyConfiguration(invocation.configuration, machine: Machine.hostName())
            try await NodeProxy(configuration: configuration, logger: invocation.logger).prepareNode()
        case .run: try await proxy(invocation)
        }
    }

    private static func proxy(_ invocation: Invocation) async throws {
        let logger = invocation.logger
        for remark in invocation.remarks { logger.warning("\(remark)") }
        let configuration = try ProxyConfiguration(invocation.configuration, machine: Machine.hostName())
        let pages = ProxyPages(configuration: invocation.configuration, flags: invocation.flags)
        let environment = ProcessInfo.processInfo.environment
        let inquiry = ProxyInquiry(DiagnosisSettings(), environment: environment, logger: logger)
        let proxy = NodeProxy(configuration: configuration, logger: logger, pages: pages, inquiry: inquiry)
        var parts = [Daemon.Part("proxy") { try await proxy.run(environment: environment) }]
        if let text = invocation.fileText {
            let watch = ConfigurationWatch(invocation.configuration.command.config, text: text)
            parts.append(Daemon.Part("configuration") { try await watch.run() })
        }
        // The last part is the first to be stopped.
        parts.append(Daemon.Part("drain") { await proxy.drainConnections() })
        try await Daemon.run(parts)
    }

    private static func write(_ bytes: [UInt8], to path: String) throws {
        do {
            try Data(bytes).write(to: URL(filePath: path))
        } catch {
            throw ConfigurationError(
                .file, "--write-config-to: \(path) cannot be written: \(error.localizedDescription)")
        }
    }
}

extension Invocation {
    fileprivate var logger: Logger {
        let level = Logger.Level(verbosity: configuration.logging.verbosity)
        return Logger(label: "servicelet") { _ in LineLogHandler(level: level) }
    }
}
