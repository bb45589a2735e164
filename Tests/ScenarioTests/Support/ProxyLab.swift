import Foundation
import LabKit
import Testing

/// A cluster whose node runs a proxy over a folder of manifests. Used by one task.
final class ProxyLab {
    let cluster: Cluster
    let manifests: TemporaryFolder
    private(set) var mode: String
    private(set) var proxy: ProxyProcess

    /// Starts servers at all endpoints of the Service and at `spares`, and a proxy that has programmed the Service.
    init(
        _ service: ServiceManifest, spares: [String] = [], mode: String = "nftables", arguments: [String] = []
    ) async throws {
        cluster = try await Cluster()
        for ip in service.endpoints + spares {
            for port in service.ports {
                try await cluster.serve(SocketAddress(ip, port.number), over: service.transport)
            }
        }
        self.mode = mode
        manifests = try TemporaryFolder()
        try manifests.write(service.yaml, to: "\(service.name).yaml")
        proxy = try await ProxyProcess(
            Servicelet.proxy(manifests: manifests.url, mode: mode, arguments: arguments), on: cluster.node)
    }

    /// Writes the Service's file atomically; the proxy follows asynchronously.
    func apply(_ service: ServiceManifest) throws {
        try manifests.write(service.yaml, to: "\(service.name).yaml")
    }

    /// Restarts the ended proxy, in another mode if one is given, and waits until it has programmed.
    func startAgain(mode newMode: String? = nil, arguments: [String] = []) async throws {
        mode = newMode ?? mode
        proxy = try await ProxyProcess(
            Servicelet.proxy(manifests: manifests.url, mode: mode, arguments: arguments), on: cluster.node)
    }

    /// Switches to another mode without failing connections: sockets of a proxy in userspace mode end with it, so the
    /// next one starts alongside and makes it exit.
    func change(to newMode: String) async throws {
        guard mode == "userspace" else {
            try await proxy.stop()
            return try await startAgain(mode: newMode)
        }
        let old = proxy
        mode = newMode
        proxy = try await ProxyProcess(
            Servicelet.proxy(manifests: manifests.url, mode: newMode, arguments: Servicelet.otherPorts.arguments),
            on: cluster.node, healthPort: Servicelet.otherPorts.health)
        try await old.end()
    }

    /// Waits until `condition` holds; fails the test if it does not. The bound guards against hanging.
    func eventually(
        _ what: String, sourceLocation: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + .patience
        while try await !condition() {
            try #require(
                ContinuousClock.now < deadline, "not in time: \(what)\n\(proxy.log)", sourceLocation: sourceLocation
            )
            try await Task.sleep(for: .milliseconds(1))
        }
    }
}

/// Expects connections, all of them answered.
func expectServed(_ outcomes: [ConnectionOutcome: Int], sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(!outcomes.isEmpty, sourceLocation: sourceLocation)
    let failed = outcomes.filter { $0.key.server == nil }
    #expect(failed.isEmpty, "of \(outcomes.values.reduce(0, +)) connections", sourceLocation: sourceLocation)
}
