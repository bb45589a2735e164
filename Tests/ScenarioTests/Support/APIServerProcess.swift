import ChildProcesses
import Foundation
import LabKit
import Testing

/// An API server on a machine of the lab, and its administrator. Used by one task.
final class APIServerProcess {
    /// The server's address in the machine's network.
    static let address = SocketAddress("172.32.0.2", 6443)

    private let machine: NetworkNamespace
    private let folder: TemporaryFolder
    private var process: ChildProcess

    /// Starts an empty server on `machine`, which has the address, and waits until it answers.
    init(on machine: NetworkNamespace) async throws {
        self.machine = machine
        folder = try TemporaryFolder()
        process = try await machine.spawn(Self.command(folder))
        try await awaitAnswer()
        try writeCredentials()
    }

    /// The administrator's kubeconfig.
    var kubeconfig: URL { folder.url.appending(path: "data/admin.kubeconfig") }

    /// Kills the server abruptly.
    func kill() async throws {
        process.signal(SIGKILL)
        _ = try await process.exit(within: .patience)
    }

    /// Restarts the ended server with its objects, and waits until it answers.
    func startAgain() async throws {
        process = try await machine.spawn(Self.command(folder))
        try await awaitAnswer()
    }

    /// Stops the server as an init system does.
    func stop() async throws {
        process.signal(SIGTERM)
        #expect(try await process.exit(within: .patience) == .code(0), "\(process.errors)")
    }

    /// Creates an object in the collection at `path`: `/api/v1/nodes`.
    func create(_ path: String, _ object: String) async throws {
        try await request("POST", path, "application/json", object)
    }

    /// Merges `patch` into the object at `path`; lists are replaced.
    func patch(_ path: String, _ patch: String) async throws {
        try await request("PATCH", path, "application/merge-patch+json", patch)
    }

    /// Deletes the object at `path`.
    func delete(_ path: String) async throws {
        try await request("DELETE", path, "application/json", "")
    }

    private static func command(_ folder: TemporaryFolder) throws -> [String] {
        [
            try Servicelet.binary(), "apiserver", "--data-dir", folder.url.appending(path: "data").path,
            "--bind-address", address.ip, "--secure-port", "\(address.port)",
        ]
    }

    /// The object or the List at `path`, as JSON.
    func get(_ path: String) async throws -> String { try await request("GET", path, "application/json", "") }

    @discardableResult
    private func request(_ method: String, _ path: String, _ type: String, _ body: String) async throws -> String {
        try await machine.run(
            "curl", "--silent", "--show-error", "--fail-with-body", "--max-time", "120", "--cacert", file("ca.pem"),
            "--cert", file("client.pem"), "--key", file("key.pem"), "--request", method, "--header",
            "Content-Type: \(type)", "--data-binary", "@-", "https://\(Self.address)\(path)", input: body)
    }

    private func file(_ name: String) -> String { folder.url.appending(path: name).path }

    /// Waits until the server accepts connections. The bound guards against hanging.
    private func awaitAnswer() async throws {
        let deadline = ContinuousClock.now + .patience
        while !(try await isReady()) {
            try #require(process.poll() == nil && ContinuousClock.now < deadline, "\(process.output)\(process.errors)")
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private func isReady() async throws -> Bool {
        let curl = try await machine.spawn([
            "curl", "--silent", "--insecure", "--fail", "--max-time", "5", "https://\(Self.address)/readyz",
        ])
        return try await curl.exit(within: .patience) == .code(0)
    }

    /// Extracts the credentials from the kubeconfig, as files for curl.
    private func writeCredentials() throws {
        let names = [
            "certificate-authority-data": "ca.pem", "client-certificate-data": "client.pem",
            "client-key-data": "key.pem",
        ]
        for line in try String(contentsOf: kubeconfig, encoding: .utf8).split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 2, let name = names[String(words[0].dropLast())] else { continue }
            let pem = try #require(Data(base64Encoded: String(words[1])))
            try folder.write(String(decoding: pem, as: UTF8.self), to: name)
        }
    }
}
