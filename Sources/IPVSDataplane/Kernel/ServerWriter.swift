import Dataplane
import Glibc
import IPVS
import InternetAddresses
import Netlink
import ServiceRouting

/// Writes virtual and real servers, and reads them back. Blocks; belongs to one thread.
struct ServerWriter: ~Copyable {
    private var connection: IPVSConnection

    /// The kernel has no scheduler of this name.
    struct MissingScheduler: Error {
        var scheduler: Scheduler
    }

    init(_ transport: any NetlinkTransport) throws(DataplaneError) {
        connection = try DataplaneError.wrapping("the mode ipvs needs the kernel's IPVS") { () throws(NetlinkError) in
            try IPVSConnection(transport)
        }
    }

    /// Checks that the kernel has a scheduler, loading its module, by creating and deleting a virtual server at an
    /// address reserved for documentation.
    mutating func probe(_ scheduler: Scheduler) throws(DataplaneError) {
        let key = VirtualServer.Key(transport: .tcp, address: IPAddress(ipv4: 0xC633_6400), port: 20_000)
        var changes = connection.changes()
        changes.add(VirtualServer(key: key, scheduler: scheduler))
        changes.remove(key)
        let refusals = try send(&changes)
        guard let refusal = refusals[0], refusal.errno != EEXIST else { return }
        guard refusal.errno == ENOENT else { throw DataplaneError(refusal, "cannot add a virtual server") }
        throw DataplaneError(
            .unsupported,
            "the kernel has no IPVS scheduler \(scheduler.name): run modprobe \(scheduler.module), or choose another "
                + "with "
                + "--ipvs-scheduler", cause: refusal)
    }

    /// All our virtual servers, with their real servers.
    mutating func read(_ configuration: IPVSConfiguration) throws(DataplaneError) -> [VirtualServer.Key: KernelState
        .Server]
    {
        do throws(NetlinkError) {
            var servers: [VirtualServer.Key: KernelState.Server] = [:]
            for server in try connection.virtualServers() where !configuration.excludes(server.key) {
                let real = try connection.realServers(of: server.key)
                servers[server.key] = KernelState.Server(server: server, realServers: real)
            }
            return servers
        } catch {
            // A virtual server may be deleted while we read.
            let code: DataplaneError.Code = error.errno == ESRCH ? .transient : DataplaneError(error, "").code
            throw DataplaneError(code, "cannot read the kernel's virtual servers: \(error)", cause: error)
        }
    }

    /// Writes these edits in order. Throws ``MissingScheduler`` if the kernel lacks one that an edit names; nothing is
    /// lost, because the caller then rewrites everything.
    mutating func write(_ edits: ArraySlice<ServerEdit>, _ report: inout ProgrammingReport) throws {
        var changes = connection.changes()
        var owners: [Int] = []
        for (index, edit) in zip(edits.indices, edits) {
            let key = edit.server.key
            switch edit.action {
            case .add: changes.add(edit.server)
            case .update: changes.update(edit.server)
            case .keep: break
            }
            for real in edit.additions { changes.add(RealServer(key: real), to: key) }
            for real in edit.revivals { changes.update(RealServer(key: real), of: key) }
            for real in edit.drains { changes.update(RealServer(key: real, weight: 0), of: key) }
            for real in edit.removals { changes.remove(real, from: key) }
            while owners.count < changes.count { owners.append(index) }
        }
        let refusals = try send(&changes)
        report.add(changes)
        var told: Set<RouteKey> = []
        for (index, error) in refusals.sorted(by: { $0.key < $1.key }) {
            let edit = edits[owners[index]]
            let isFirst = index == 0 || owners[index - 1] != owners[index]
            if error.errno == ENOENT, isFirst, edit.action != .keep {
                throw MissingScheduler(scheduler: edit.server.scheduler)
            }
            // The kernel's state is not what we expect: compare everything again.
            if [EEXIST, ENOENT, ESRCH].contains(error.errno) {
                throw DataplaneError(
                    .transient, "ipvs: virtual server \(edit.server.key) is not as it was left: \(error)", cause: error)
            }
            if told.insert(edit.route).inserted {
                report.refusals.append(
                    ProgrammingReport.Refusal(route: edit.route, reason: "virtual server \(edit.server.key): \(error)"))
            }
        }
    }

    /// Leads new connections to this machine's own sockets at the virtual servers' addresses and ports: each gets
    /// itself as a real server, and the others get no more. Existing connections continue.
    mutating func divert(_ servers: [VirtualServer.Key: KernelState.Server]) throws(DataplaneError) {
        var changes = connection.changes()
        for (key, server) in servers {
            changes.add(RealServer(key: key.itself), to: key)
            for status in server.realServers where status.server.key != key.itself {
                changes.update(RealServer(key: status.server.key, weight: 0), of: key)
            }
        }
        // One that is refused, or has gone meanwhile, is removed soon anyway.
        _ = try send(&changes)
    }

    /// Removes virtual servers; it is harmless if some are already gone.
    mutating func remove(
        _ servers: [VirtualServer.Key], _ report: inout ProgrammingReport
    ) throws(DataplaneError) {
        guard !servers.isEmpty else { return }
        var changes = connection.changes()
        for server in servers { changes.remove(server) }
        let refusals = try send(&changes).values.filter { $0.errno != ESRCH }
        report.add(changes)
        if let refusal = refusals.first { throw DataplaneError(refusal, "cannot remove a virtual server") }
    }

    /// Removes the servers in `waiting` that have no connections left, and returns them.
    mutating func finishDraining(
        _ waiting: Set<RealServer.Key>, of server: VirtualServer.Key, _ report: inout ProgrammingReport
    ) throws(DataplaneError) -> Set<RealServer.Key> {
        let statuses: [RealServerStatus]
        do throws(NetlinkError) { statuses = try connection.realServers(of: server) } catch {
            guard error.errno == ESRCH else { throw DataplaneError(error, "cannot read virtual server \(server)") }
            return waiting
        }
        var busy: Set<RealServer.Key> = []
        var ended: [RealServer.Key] = []
        for status in statuses where waiting.contains(status.server.key) {
            if status.hasConnections { busy.insert(status.server.key) } else { ended.append(status.server.key) }
        }
        if !ended.isEmpty {
            var changes = connection.changes()
            for real in ended { changes.remove(real, from: server) }
            _ = try send(&changes)
            report.add(changes)
        }
        return waiting.subtracting(busy)
    }

    /// Sets the timeouts that are not 0, and verifies them.
    mutating func set(_ timeouts: ConnectionTimeouts) throws(DataplaneError) {
        guard timeouts != ConnectionTimeouts() else { return }
        var changes = connection.changes()
        changes.set(timeouts)
        if let refusal = try send(&changes)[0] {
            throw DataplaneError(refusal, "cannot set IPVS timeouts to \(timeouts)")
        }
    }

    private mutating func send(_ changes: inout ServerChanges) throws(DataplaneError) -> [Int: NetlinkError] {
        do throws(NetlinkError) { return try connection.send(&changes) } catch {
            throw DataplaneError(error, "cannot write virtual servers")
        }
    }
}

extension VirtualServer.Key {
    /// This address and port as a real server: a socket of this machine.
    var itself: RealServer.Key { RealServer.Key(address: address, port: port) }
}

extension ProgrammingReport {
    fileprivate mutating func add(_ changes: borrowing ServerChanges) {
        messages += changes.count
        bytes += changes.bytes.count
    }
}
