import ArgumentParser
import NodeProxy

struct CleanupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cleanup", abstract: "Removes everything that any mode has programmed, and nothing else.")

    @OptionGroup var logging: LoggingOptions

    func run() async throws {
        try await Leftovers.cleanUp(logger: logging.logger)
    }
}
