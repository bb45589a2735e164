import ArgumentParser
import DaemonKit
import Diagnosis
import Foundation
import InternetAddresses
import Logging
import NodeDiagnosis

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Shows what is wrong with Services on this node, the worst first.",
        discussion: """
            Compares every Service with what the kernel holds, and looks at the proxy, the machine and the API server.
            Changes nothing. Exit status: 0 nothing is wrong, 1 something is broken, 2 cannot tell.
            """)

    @Flag(help: "Check again and again, and print what has changed.")
    var watch = false

    @Option(help: "The pause between two checks with --watch, in seconds.")
    var interval = 5

    @Option(
        help: "Serve a page with all Services and the explanation of each at this address, such as 127.0.0.1:10260.")
    var serve: String?

    @OptionGroup var options: DiagnosisOptions

    func run() async throws {
        if let serve { return try await servePages(serve) }
        let checker = NodeChecker(
            options.settings, environment: ProcessInfo.processInfo.environment, logger: options.logging.logger)
        var last = try await check(checker)
        try show(last)
        while watch {
            try await Task.sleep(for: .seconds(max(1, interval)))
            let next = try await check(checker)
            if next.items != last.items { try show(next) }
            last = next
        }
        if last.exitStatus != 0 { throw ExitCode(last.exitStatus) }
    }

    private func servePages(_ text: String) async throws {
        guard let address = ListenAddress(text, defaultPort: 10260) else {
            throw ValidationError("--serve: “\(text)” is not an address and port; write them like 127.0.0.1:10260")
        }
        let logger = options.logging.logger
        let pages = DiagnosisPages(
            options.settings, environment: ProcessInfo.processInfo.environment, logger: logger)
        try await Daemon.run([
            Daemon.Part("pages") {
                try await pages.service(on: address).run { port in
                    let served = ListenAddress(address: address.address, port: UInt16(clamping: port))
                    logger.info("http://\(served)/")
                }
            }
        ])
    }

    private func check(_ checker: NodeChecker) async throws -> NodeCheck {
        do { return try await checker.check() } catch { throw CannotTell.printing(error) }
    }

    private func show(_ check: NodeCheck) throws {
        let head = watch && options.output == .text ? "— \(Date.now.formatted(.iso8601))\n" : ""
        let text = options.output == .json ? try check.json() : check.text
        // Unbuffered, for immediate output.
        FileHandle.standardOutput.write(Data((head + text).utf8))
    }
}
