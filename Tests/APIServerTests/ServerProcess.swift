import AsyncHTTPClient
import Foundation
import Glibc
import LabKit
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import NIOSSL
import TestKit
import Testing

/// `servicelet apiserver` as a separate process, and a client with the administrator's certificate.
final class ServerProcess {
    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    let folder: String
    let port: Int
    private let process = Process()
    private let log: URL

    /// Starts the program on the data in `folder`; `prelude` is a line of bash to run before it, in a
    /// separate mount namespace.
    init(folder: String, prelude: String = "") throws {
        self.folder = folder
        port = Int(try ReservedPort.take())
        log = FileManager.default.temporaryDirectory.appending(path: "apiserver-\(UUID().uuidString).log")
        guard FileManager.default.createFile(atPath: log.path, contents: nil) else {
            throw Problem(description: "\(log.path) cannot be written")
        }
        process.executableURL = URL(filePath: "/usr/bin/env")
        let program = [
            try Servicelet.binary(), "apiserver", "--data-dir", folder, "--secure-port", String(port),
        ]
        // Each executes the next, so that the process finally is the server.
        process.arguments =
            prelude.isEmpty
            ? program : ["unshare", "--mount", "bash", "-c", "set -e; \(prelude); exec \"$@\"", "bash"] + program
        process.standardError = try FileHandle(forWritingTo: log)
        try process.run()
    }

    deinit {
        kill()
        // At worst a log is left behind among the temporary files.
        try? FileManager.default.removeItem(at: log)
    }

    var pid: Int32 { process.processIdentifier }

    /// The program's output.
    var errors: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }

    /// Waits for the program to exit by itself, and returns its status.
    func status() async -> Int32 {
        while process.isRunning { try? await Task.sleep(for: .milliseconds(5)) }
        return process.terminationStatus
    }

    /// SIGKILL: no handler runs, and nothing more is written.
    func kill() {
        guard process.isRunning else { return }
        Glibc.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// A client with the certificate of `admin.kubeconfig`, once that file exists.
    func client() async throws -> HTTPClient {
        // The folder as the program sees it.
        let path = "/proc/\(pid)/root\(folder)/admin.kubeconfig"
        // A refused client backs off before it retries, so it is not created too early.
        while !FileManager.default.fileExists(atPath: path) || !isListening {
            guard process.isRunning else { throw Problem(description: "the server has ended: \(errors)") }
            try await Task.sleep(for: .milliseconds(5))
        }
        let tls = try AdministratorTLS.configuration(kubeconfig: path)
        let client = HTTPClient(configuration: .patient(tls))
        while process.isRunning {
            if let answer = try? await Self.send(client, "GET", url("/readyz")), answer.status == 200 { return client }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw Problem(description: "the server has ended: \(errors)")
    }

    private var isListening: Bool {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { return false }
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    func url(_ path: String) -> String { "https://127.0.0.1:\(port)\(path)" }

    static func send(
        _ client: HTTPClient, _ method: String, _ url: String, body: [UInt8] = []
    ) async throws -> (status: Int, body: [UInt8]) {
        var request = HTTPClientRequest(url: url)
        request.method = .init(rawValue: method)
        request.headers.add(name: "content-type", value: "application/json")
        if !body.isEmpty { request.body = .bytes(body) }
        let response = try await client.execute(request, timeout: .minutes(5))
        return (Int(response.status.code), Array(buffer: try await response.body.collect(upTo: 64 << 20)))
    }
}

/// The administrator's credentials, and the authority it trusts.
enum AdministratorTLS {
    /// From the kubeconfig written by the server.
    static func configuration(kubeconfig path: String) throws -> TLSConfiguration {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        func pem(_ key: String) throws -> [UInt8] {
            let line = text.split(separator: "\n").first { $0.contains("\(key): ") }
            guard let base64 = line?.split(separator: " ").last, let data = Data(base64Encoded: String(base64)) else {
                throw ServerProcess.Problem(description: "\(path) has no \(key)")
            }
            return Array(data)
        }
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .certificates(
            try NIOSSLCertificate.fromPEMBytes(try pem("certificate-authority-data")))
        tls.certificateChain = try NIOSSLCertificate.fromPEMBytes(try pem("client-certificate-data"))
            .map { .certificate($0) }
        tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: try pem("client-key-data"), format: .pem))
        return tls
    }
}
