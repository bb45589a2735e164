import ArgumentParser
import DaemonKit
import Logging

/// What is written to standard error.
struct LoggingOptions: ParsableArguments {
    @Option(
        name: [.customShort("v"), .customLong("v")],
        help: ArgumentHelp(
            "Log verbosity: 0 for events, 2 for reasons and details, 6 for everything.", valueName: "level"))
    var verbosity = 0

    var logger: Logger {
        let level = Logger.Level(verbosity: verbosity)
        return Logger(label: "servicelet") { _ in LineLogHandler(level: level) }
    }
}
