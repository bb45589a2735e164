import ArgumentParser
import Diagnosis
import Foundation
import NodeDiagnosis

struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Explains where connections to a Service go, and why.",
        discussion: """
            Changes nothing. Exit status: 0 nothing is wrong, 1 something is broken, 2 cannot tell.
            Works beside servicelet and beside kube-proxy; run it as root on the node.
            """)

    @Argument(help: "shop/web, shop/web:http, 10.96.0.5:80/udp or web.shop.svc, with or without a port.")
    var service: String

    @Option(name: .customLong("from"), help: "Where connections come from: pod, node, outside, or an address.")
    var origin: String?

    @Option(help: "The resolv.conf of the client, to follow its search path.")
    var resolvConf: String?

    @Flag(
        help: """
            Trace a connection through all rules of this node, for a second: one from the node itself, or, with \
            --from, the next one that a client makes.
            """)
    var trace = false

    @OptionGroup var options: DiagnosisOptions

    func run() async throws {
        var settings = options.settings
        settings.traces = trace
        settings.resolverFile = resolvConf
        let explainer = Explainer(
            settings, environment: ProcessInfo.processInfo.environment, logger: options.logging.logger)
        let explanation: Explanation
        do {
            explanation = try await explainer.explain(Question(service, origin: origin))
        } catch {
            throw CannotTell.printing(error)
        }
        print(options.output == .json ? try explanation.json() : explanation.text, terminator: "")
        if explanation.exitStatus != 0 { throw ExitCode(explanation.exitStatus) }
    }
}

/// Ends a command that could not determine anything.
enum CannotTell {
    /// Writes the error to standard error; the exit status means "unknown".
    static func printing(_ error: any Error) -> ExitCode {
        FileHandle.standardError.write(Data("Error: \(error)\n".utf8))
        return ExitCode(2)
    }
}
