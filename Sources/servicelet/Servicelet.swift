import ArgumentParser
import NodeProxy

/// Parses arguments and wires; all else is in the modules.
@main
struct Servicelet: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "servicelet", abstract: "Makes Kubernetes Services work on a Linux node.",
        version: version,
        subcommands: [
            RunCommand.self, ProxyCommand.self, APIServerCommand.self, DNSCommand.self, CleanupCommand.self,
            VersionCommand.self,
        ])

    static func main() async {
        NodeProxy.keepSmall()
        let program = CommandLine.arguments.first ?? ""
        await main(Invocation.arguments(program: program, Array(CommandLine.arguments.dropFirst())))
    }
}
