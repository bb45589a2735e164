import ArgumentParser

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Prints the version.")

    func run() { Self.print(isRaw: false) }

    /// Prints one line: with the program's name, or the version alone.
    static func print(isRaw: Bool) {
        Swift.print(isRaw ? Servicelet.version : "servicelet \(Servicelet.version)")
    }
}
