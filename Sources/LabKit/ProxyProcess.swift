import ChildProcesses
package import Foundation

/// A proxy that runs on a node of the lab.
package final class ProxyProcess: Sendable {
    /// The port of kube-proxy's health endpoint.
    package static let healthPort: UInt16 = 10256
    private let process: ChildProcess

    /// Starts a command on the node, and returns when its health endpoint reports the node programmed.
    ///
    /// Throws the end of the command's output if it exits first, or ``LabError/Code/timeout``.
    package init(
        _ command: [String], on node: NetworkNamespace, healthPort: UInt16 = healthPort,
        timeout: Duration = .patience
    ) async throws {
        process = try await node.spawn(command)
        let deadline = ContinuousClock.now + timeout
        while try await node.httpStatus(port: healthPort, path: "/healthz") != 200 {
            if let exit = process.poll() {
                throw LabError(.command, "\(process.command) ended early (\(exit))", cause: log)
            }
            guard ContinuousClock.now < deadline else {
                throw LabError(.timeout, "\(process.command) was not healthy within \(timeout)", cause: log)
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// The proxy's output.
    package var log: String { process.output + process.errors }

    /// Sends a signal if the proxy is still running.
    package func signal(_ number: Int32) { process.signal(number) }

    /// Kills the proxy abruptly, with SIGKILL.
    package func kill(within timeout: Duration = .patience) async throws {
        process.signal(SIGKILL)
        _ = try await process.exit(within: timeout)
    }

    /// Waits until the proxy exits by itself. Throws if it does not, or fails.
    package func end(within timeout: Duration = .patience) async throws {
        let exit = try await process.exit(within: timeout)
        guard exit == .code(0) else {
            throw LabError(.command, "\(process.command) did not end well (\(exit))", cause: log)
        }
    }

    /// Sends SIGTERM to a proxy that is already stopping, and waits for its exit with any status.
    package func terminateNow(within timeout: Duration = .patience) async throws {
        process.signal(SIGTERM)
        _ = try await process.exit(within: timeout)
    }

    /// Stops the proxy as an init system does, with SIGTERM. Throws if it fails.
    package func stop(within timeout: Duration = .patience) async throws {
        process.signal(SIGTERM)
        let exit = try await process.exit(within: timeout)
        guard exit == .code(0) else {
            throw LabError(.command, "\(process.command) did not end well (\(exit))", cause: log)
        }
    }
}

/// The `servicelet` program, as the lab runs it.
package enum Servicelet {
    /// The program of this build: next to the running executable, unless SERVICELET_BINARY names another.
    package static func binary() throws -> String {
        let named = ProcessInfo.processInfo.environment["SERVICELET_BINARY"]
        let beside = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let path = named ?? URL(filePath: beside).deletingLastPathComponent().appending(path: "servicelet").path
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw LabError(
                .invalidInput, "there is no servicelet program at \(path): run swift build, or set SERVICELET_BINARY")
        }
        return path
    }

    /// The command that proxies the Services in `manifests`, a file or a folder, on the lab's node n1.
    package static func proxy(
        manifests: URL, mode: String = "nftables", arguments: [String] = []
    ) throws -> [String] {
        try proxy(source: ["--manifests", manifests.path], mode: mode) + arguments
    }

    /// The command that proxies the Services of the API server that a kubeconfig file names, on the lab's node n1.
    package static func proxy(kubeconfig: URL, mode: String = "nftables") throws -> [String] {
        try proxy(source: ["--kubeconfig", kubeconfig.path], mode: mode)
    }

    /// The arguments for different health and metrics ports, for a second proxy on the same node.
    package static let otherPorts = (
        health: UInt16(10356),
        arguments: ["--healthz-bind-address", "127.0.0.1:10356", "--metrics-bind-address", "127.0.0.1:10349"]
    )

    /// Changes are programmed without pauses, and the machine's limit of tracked connections is left alone.
    private static func proxy(source: [String], mode: String) throws -> [String] {
        [try binary(), "proxy"] + source + [
            "--hostname-override", "n1", "--cluster-cidr", ClusterAddress.podNetworks, "--proxy-mode", mode,
            "--iptables-min-sync-period", "0s", "--ipvs-min-sync-period", "0s", "--conntrack-max-per-core", "0",
        ]
    }
}
