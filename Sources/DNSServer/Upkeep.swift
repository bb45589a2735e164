import DNSMessages
import Foundation
import Logging

/// What is done from time to time for all server blocks: hosts files are read again, upstreams that were down are asked
/// whether they are back, and loops are looked for.
struct Upkeep: Sendable {
    let state: DNSServerState
    let logger: Logger

    /// Runs until the task is cancelled; for each configuration anew.
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
                        logger.warning("hosts: \(path) cannot be read, what it said before stays: \(error)")
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

    /// Asks upstream for a name that only we ask for. If it comes back to us, there is a loop; the one who receives it
    /// says so.
    private func lookForLoop(_ probe: DomainName, _ server: ActiveServer) async {
        for forwarder in server.forwarders where forwarder.covers(probe) {
            // Whatever the answer is, it says nothing about loops.
            _ = try? await forwarder.forward(
                Question(name: probe, type: RecordType(rawValue: 13)), flags: .recursionDesired, wantsSignatures: false)
        }
    }
}
