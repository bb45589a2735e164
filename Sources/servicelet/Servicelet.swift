import ArgumentParser
import NodeProxy

/// Parses arguments and wires modules together; everything else is in the modules.
@main
struct Servicelet: AsyncParsableCommand {
    static let version = BuildInfo.version

    static let configuration = CommandConfiguration(
        commandName: "servicelet", abstract: "Makes Kubernetes Services work on a Linux node.",
        version: version,
        subcommands: [
            RunCommand.self, ProxyCommand.self, APIServerCommand.self, ControllerCommand.self, DNSCommand.self,
            ExplainCommand.self, CheckCommand.self, CleanupCommand.self,
            VersionCommand.self,
        ])

    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        let program = CommandLine.arguments.first?.split(separator: "/").last ?? ""
        // An API server encrypts for many clients at once; nothing else needs that much.
        let isServer = ["run", "apiserver"].contains(arguments.first ?? "")
        NodeProxy.keepSmall(eventLoops: isServer ? 2 : 1)
        do {
            // The parser would otherwise handle some of kube-proxy's flags itself.
            if program == "kube-proxy" {
                return try await ProxyCommand.run(arguments, program: "kube-proxy", isKubeProxy: true)
            }
            if arguments.first == ProxyCommand.configuration.commandName {
                return try await ProxyCommand.run(
                    Array(arguments.dropFirst()), program: "servicelet proxy", isKubeProxy: false)
            }
        } catch {
            exit(withError: error)
        }
        await main(arguments)
    }
}
