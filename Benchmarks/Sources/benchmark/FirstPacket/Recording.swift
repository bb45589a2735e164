import Foundation

/// A compressed file of the benchmark.
struct Recording {
    let name: String

    /// Unpacks it into a new file, which the caller owns, and returns the path.
    func unpacked(as type: String) throws -> String {
        guard let packed = Bundle.module.url(forResource: "Recordings/\(name)", withExtension: nil) else {
            throw BenchmarkError(code: .program, message: "\(name) is not beside the benchmark; build it again")
        }
        let path = "/tmp/servicelet-benchmark-\(getpid())-\(name).\(type)"
        try Shell.run("gzip -dc '\(packed.path)' > '\(path)'")
        return path
    }
}

/// Programs that prepare a measurement.
enum Shell {
    /// Runs a command in the network namespace of the calling thread.
    static func run(_ command: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw BenchmarkError(code: .program, message: "\(command) failed with \(process.terminationStatus)")
        }
    }
}
