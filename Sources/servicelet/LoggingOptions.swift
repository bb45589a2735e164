import ArgumentParser
import Logging
import NodeProxy

/// What is written to standard error.
struct LoggingOptions: ParsableArguments {
    @Option(
        name: [.customShort("v"), .customLong("v")],
        help: ArgumentHelp(
            "How much to log: 0 one line for each thing done, 2 reasons, 6 everything.", valueName: "level"))
    var verbosity = 0

    var logger: Logger {
        let level = Logger.Level(verbosity: verbosity)
        return Logger(label: "servicelet") { _ in LineLogHandler(level: level) }
    }
}
