import DNSMessages
import Foundation
import Logging

/// Periodic work for all server blocks: rereads hosts files, probes failed upstreams, and looks for loops.
struct Upkeep: Sendable {
    let state: DNSServerState
    let logger: Logger

    /// Runs until the task is cancelled; restarted for each configuration.
    func run() async throws {
        var servers = state.servers.makeCopy()
        while true {
            servers.refresh()
            let current = servers.value
            try await withThrowingTaskGroup(of: Void.self) { group in
                for server in current {
                    if let plugin = server.configuration.hosts, let table = server.hosts {
                        group.addTask { try await readHosts(plugin, into: table) }
                    }
                    for forwarder in server.forwarders { group.addTask { try await forwarder.probe() } }
                    if let probe = server.loopProbe { group.addTask { await lookForLoop(probe, server) } }
                }
                var servers = servers
                while !servers.refresh() { try await Task.sleep(for: .milliseconds(100)) }
                group.cancelAll()
            }
        }
    }

    private func readHosts(_ plugin: HostsPlugin, into table: Published<HostsTable>) async throws {
        var isReported = false
        while true {
            var text = plugin.lines.joined(separator: "\n")
            var isReadable = true
            if let path = plugin.path {
                do {
                    text += "\n" + (try String(contentsOfFile: path, encoding: .utf8))
                    isReported = false
                } catch {
                    isReadable = false
                    if !isReported {
                        logger.warning("hosts: \(path) cannot be read; its previous contents stay in force: \(error)")
                    }
                    isReported = true
                }
            }
            let new = HostsTable(text)
            if isReadable, new != table.current { table.publish(new) }
            guard let interval = plugin.reload, plugin.path != nil else { return }
            try await Task.sleep(for: interval)
        }
    }

    /// Queries upstream for a name that only we query. If it comes back to us, there is a loop, which
    /// the receiver reports.
    private func lookForLoop(_ probe: DomainName, _ server: ActiveServer) async {
        for forwarder in server.forwarders where forwarder.covers(probe) {
            // The answer itself says nothing about loops.
            _ = try? await forwarder.forward(
                Question(name: probe, type: RecordType(rawValue: 13)), flags: .recursionDesired, wantsSignatures: false)
        }
    }
}
