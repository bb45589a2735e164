import ChildProcesses
import Foundation
import LabKit
import Testing

/// An API server in a separate network namespace, with clients, which scripts/install-packages has fetched from PyPI.
/// Needs root, for the namespace.
final class KubectlServer: Sendable {
    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    struct Outcome {
        var output: String
        var errors: String
        var status: Int32
    }

    private static let port = 6443

    let folder: TemporaryFolder
    private let namespace: NetworkNamespace
    private let server: ChildProcess

    /// Starts a server without objects, with the ranges of the recorded flows.
    init() async throws {
        folder = try TemporaryFolder()
        namespace = try await NetworkNamespace(name: "api")
        try await namespace.ip("link set lo up")
        server = try await namespace.spawn([
            try Servicelet.binary(), "apiserver", "--data-dir", folder.url.appending(path: "data").path,
            "--service-cluster-ip-range", Normaliser.serviceRanges.joined(separator: ","), "--service-node-port-range",
            Normaliser.nodePorts,
        ])
        try await awaitReadiness()
        for name in ["bin", "work"] {
            try FileManager.default.createDirectory(
                at: folder.url.appending(path: name), withIntermediateDirectories: false)
        }
        for program in ["kubectl", "helm"] {
            try FileManager.default.createSymbolicLink(
                atPath: path("bin/\(program)"), withDestinationPath: try Self.client(program))
        }
        try folder.write(Self.helpers, to: "helpers")
        try FileManager.default.copyItem(atPath: path("data/admin.kubeconfig"), toPath: path("kubeconfig"))
    }

    /// Where `commands` run.
    var work: String { path("work") }

    /// Runs a line of bash in the folder ``work``, with `namespace` as `$NS`.
    func run(_ line: String, namespace name: String) async throws -> Outcome {
        let environment = [
            "PATH": "\(path("bin")):\(ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")",
            "HOME": folder.url.path, "TMPDIR": folder.url.path, "KUBECONFIG": path("kubeconfig"), "NS": name,
            "LC_ALL": "C",
            "TZ": "UTC", "BASH_ENV": path("helpers"), "PYTHONPATH": Self.clients.appending(path: "python").path,
        ]
        let process = try await namespace.spawn(
            ["env", "--ignore-environment", "--chdir=\(work)"] + environment.map { "\($0)=\($1)" }
                + ["bash", "-c", line])
        let exit = try await process.exit(within: .patience)
        return Outcome(output: process.output, errors: process.errors, status: exit.shellStatus)
    }

    /// Stops the server as an init system does.
    func stop() async throws {
        server.signal(SIGTERM)
        #expect(try await server.exit(within: .patience) == .code(0), "\(server.errors)")
    }

    private func path(_ name: String) -> String { folder.url.appending(path: name).path }

    private func awaitReadiness() async throws {
        let deadline = ContinuousClock.now + .patience
        while ContinuousClock.now < deadline, server.poll() == nil {
            let curl = try await namespace.spawn([
                "curl", "--silent", "--insecure", "--fail", "--max-time", "5", "https://127.0.0.1:\(Self.port)/readyz",
            ])
            if try await curl.exit(within: .patience) == .code(0) { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw Problem(description: "the API server does not come up: \(server.errors)")
    }

    /// Where scripts/install-packages puts clients.
    private static var clients: URL {
        let environment = ProcessInfo.processInfo.environment
        let cache = environment["XDG_CACHE_HOME"] ?? "\(environment["HOME"] ?? "/root")/.cache"
        return URL(filePath: environment["SERVICELET_CLIENTS"] ?? "\(cache)/servicelet-clients")
    }

    private static func client(_ name: String) throws -> String {
        let path = clients.appending(path: name).path
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw Problem(description: "there is no \(path); run scripts/install-packages, which fetches it from PyPI")
        }
        return path
    }

    /// `eventually REGEX COMMAND…` repeats a command until its output, on one line, matches; it prints the last output.
    private static let helpers = #"""
        eventually() {
            local want=$1 output status
            shift
            for _ in {1..600}; do
                output=$("$@" 2>"$TMPDIR/errors"); status=$?
                grep -qE -- "$want" <<<"${output//$'\n'/ }" && break
                sleep 0.2
            done
            [[ -z $output ]] || printf '%s\n' "$output"
            cat "$TMPDIR/errors" >&2
            return $status
        }
        """#
}
