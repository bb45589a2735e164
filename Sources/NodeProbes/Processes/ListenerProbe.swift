package import Diagnosis
package import InternetAddresses

/// Listening sockets, from /proc: in this network namespace, and in those of pods on this machine.
package enum ListenerProbe {
    /// The processes of this network namespace that hold one of these node ports. Blocks briefly.
    package static func holders(of ports: [(port: UInt16, transport: TransportProtocol, family: IPFamily)])
        -> [PortHolder]
    {
        guard !ports.isEmpty else { return [] }
        let sockets = ListeningSocket.all(in: "/proc/thread-self/net")
        var wanted: [(socket: ListeningSocket, port: UInt16, transport: TransportProtocol, family: IPFamily)] = []
        for (port, transport, family) in ports {
            // A socket on [::] also accepts IPv4 connections, and one on loopback interferes with nothing.
            let match = sockets.first {
                $0.port == port && $0.transport == transport && !$0.address.isLoopback
                    && ($0.address.family == family || $0.address.isUnspecified)
            }
            if let match { wanted.append((match, port, transport, family)) }
        }
        guard !wanted.isEmpty else { return [] }
        let owners = owners(of: Set(wanted.map(\.socket.inode)))
        return wanted.map { entry in
            let owner = owners[entry.socket.inode]
            return PortHolder(
                port: entry.port, transport: entry.transport, family: entry.family,
                process: owner.map { "\($0.program) (pid \($0.pid))" } ?? "a process", pid: owner?.pid ?? 0)
        }
    }

    private static func owners(of inodes: Set<Int>) -> [Int: RunningProcess] {
        var owners: [Int: RunningProcess] = [:]
        for process in RunningProcess.inThisNamespace() ?? [] {
            for name in SystemFile.names(in: "/proc/\(process.pid)/fd") {
                guard let target = SystemFile.target(of: "/proc/\(process.pid)/fd/\(name)"),
                    target.hasPrefix("socket:["),
                    let inode = Int(target.dropFirst(8).dropLast()), inodes.contains(inode)
                else { continue }
                owners[inode] = process
            }
        }
        return owners
    }

    /// The listening sockets in this machine's network namespaces with these addresses: all of the protocol, the one on
    /// the port first. Missing if the namespace is not on this machine. Blocks briefly.
    package static func listeners(for backends: [BackendKey]) -> [BackendKey: [String]] {
        guard !backends.isEmpty else { return [:] }
        var found: [BackendKey: [String]] = [:]
        var waiting = Set(backends)
        var seen: Set<String> = []
        for pid in SystemFile.names(in: "/proc") where Int(pid) != nil && !waiting.isEmpty {
            guard let namespace = SystemFile.target(of: "/proc/\(pid)/ns/net"), seen.insert(namespace).inserted else {
                continue
            }
            let addresses = NamespaceAddresses.read("/proc/\(pid)/net")
            for backend in waiting where addresses.contains(backend.address) {
                waiting.remove(backend)
                let own = ListeningSocket.all(in: "/proc/\(pid)/net").filter { $0.transport == backend.transport }
                found[backend] = Set(own.filter { $0.port == backend.port }.map(\.text)).sorted()
                if found[backend] == [] { found[backend] = Set(own.map(\.text)).sorted() }
            }
        }
        return found
    }
}
