import ArgumentParser

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Prints the version.")

    func run() { Self.print(isRaw: false) }

    /// Prints one line: the version, with or without the program's name.
    static func print(isRaw: Bool) {
        Swift.print(isRaw ? Servicelet.version : "servicelet \(Servicelet.version)")
    }
}
