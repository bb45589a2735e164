import ChildProcesses
import Foundation
import LabKit
import Testing

/// The program in a separate network namespace, with clients. Needs root.
final class DNSProgram: Sendable {
    /// Where it answers, on port 53.
    static let address = "10.244.0.2"

    let namespace: NetworkNamespace
    let folder: TemporaryFolder
    private let process: ChildProcess

    /// Starts `servicelet dns` with `arguments` in a namespace that also has `addresses`.
    init(addresses: [String] = [], files: [String: String] = [:], _ arguments: [String]) async throws {
        namespace = try await NetworkNamespace(name: "dns")
        folder = try TemporaryFolder()
        for (name, text) in files { try folder.write(text, to: name) }
        try await namespace.ip("link set lo up", "address add \(Self.address)/32 dev lo")
        for address in addresses { try await namespace.ip("address add \(address) dev lo") }
        let path = folder.url.path
        process = try await namespace.spawn(
            [try Servicelet.binary(), "dns"] + arguments.map { $0.replacing("FOLDER", with: path) })
    }

    /// Starts the program on the recorded cluster, and waits until it knows its names.
    static func serving(_ arguments: String...) async throws -> DNSProgram {
        let program = try await DNSProgram(
            ["--manifests", try manifests, "--bind-address", address, "--forward", "127.0.0.1:1"] + arguments)
        try await program.waitUntilSynchronized()
        return program
    }

    /// The recorded cluster, as manifests.
    static var manifests: String { get throws { try Recording.file("served").path } }

    /// Another program in the same namespace, which ends with it.
    func start(_ arguments: [String]) async throws -> ChildProcess {
        let path = folder.url.path
        return try await namespace.spawn(
            [try Servicelet.binary()] + arguments.map { $0.replacing("FOLDER", with: path) })
    }

    func waitUntilSynchronized() async throws {
        try await eventually("the cluster's names are served") {
            try await answers("kubernetes.default.svc.cluster.local") == ["10.96.0.1"]
        }
    }

    /// Waits until `condition` holds; throws if it does not. The bound guards against hanging.
    func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .patience
        while try await !condition() {
            guard process.poll() == nil else { throw RecordingError(text: "the server has ended: \(process.errors)") }
            guard ContinuousClock.now < deadline else {
                throw RecordingError(text: "not in time: \(what)\n\(process.errors)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// The lines that dig prints.
    func dig(_ arguments: String...) async throws -> [String] {
        let process = try await namespace.spawn(["dig", "@\(Self.address)"] + arguments)
        guard try await process.exit(within: .patience) == .code(0) else {
            throw RecordingError(text: "dig failed: \(process.output) \(process.errors)")
        }
        return process.output.split(separator: "\n").map(String.init)
    }

    /// The output of dig in short form, usually the addresses of a name; `nil` without an answer.
    func answers(_ name: String) async throws -> [String]? {
        let process = try await namespace.spawn(["dig", "@\(Self.address)", "+short", "+tries=2", "+time=10", name])
        guard try await process.exit(within: .patience) == .code(0) else { return nil }
        return process.output.split(separator: "\n").map(String.init)
    }

    /// The answer of an HTTP endpoint; status 0 if nothing listens.
    func get(port: Int, _ path: String) async throws -> (status: Int, body: String) {
        let curl = try await namespace.spawn([
            "curl", "--silent", "--max-time", "120", "--write-out", "\n%{http_code}", "http://127.0.0.1:\(port)\(path)",
        ])
        _ = try await curl.exit(within: .patience)
        let output = curl.output
        let end = output.lastIndex(of: "\n") ?? output.startIndex
        return (Int(output[end...].dropFirst()) ?? 0, String(output[..<end]))
    }

    var log: String { process.errors }

    /// Tells the program to exit; it may take a while.
    func terminate() { process.signal(SIGTERM) }

    /// Whether the program has ended.
    var isRunning: Bool { process.poll() == nil }

    /// Waits for the program to exit successfully.
    func waitForEnd(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        #expect(try await process.exit(within: .patience) == .code(0), sourceLocation: sourceLocation)
    }

    /// Waits for the program to exit by itself, with a message that contains `text`.
    func waitForFailure(naming text: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        #expect(try await process.exit(within: .patience) != .code(0), sourceLocation: sourceLocation)
        #expect(process.errors.contains(text), "\(process.errors)", sourceLocation: sourceLocation)
    }

    func stop(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        terminate()
        try await waitForEnd(sourceLocation: sourceLocation)
    }
}
