package import InternetAddresses

/// An address, port and protocol whose connections IPVS accepts, and how it spreads them.
package struct VirtualServer: Sendable, Hashable {
    /// What identifies it.
    package struct Key: Sendable, Hashable {
        package var transport: TransportProtocol
        package var address: IPAddress
        package var port: UInt16

        package init(transport: TransportProtocol, address: IPAddress, port: UInt16) {
            self.transport = transport
            self.address = address
            self.port = port
        }
    }

    package var key: Key
    package var scheduler: Scheduler
    /// Seconds for which a client stays with its real server, counted from its last connection; `nil` if each
    /// connection is scheduled anew.
    package var persistence: UInt32?
    /// How many bits of a client's address identify it; all by default.
    package var persistencePrefix: UInt8

    package init(key: Key, scheduler: Scheduler, persistence: UInt32? = nil, persistencePrefix: UInt8? = nil) {
        self.key = key
        self.scheduler = scheduler
        self.persistence = persistence
        self.persistencePrefix = persistencePrefix ?? UInt8(key.address.family.addressBits)
    }
}

extension VirtualServer.Key: Comparable, CustomStringConvertible {
    package static func < (lhs: Self, rhs: Self) -> Bool {
        (lhs.address, lhs.port, lhs.transport.rawValue) < (rhs.address, rhs.port, rhs.transport.rawValue)
    }

    /// `TCP 10.96.0.1:443` or `UDP [fd00::a]:53`.
    package var description: String {
        address.family == .ipv6 ? "\(transport) [\(address)]:\(port)" : "\(transport) \(address):\(port)"
    }
}

/// Where a virtual server sends connections; it translates their destination (`--masquerading`).
package struct RealServer: Sendable, Hashable {
    /// What identifies it among the real servers of a virtual server.
    package struct Key: Sendable, Hashable {
        package var address: IPAddress
        package var port: UInt16

        package init(address: IPAddress, port: UInt16) {
            self.address = address
            self.port = port
        }
    }

    package var key: Key
    /// Its share of new connections; 0 for none, while existing ones continue.
    package var weight: UInt32

    package init(key: Key, weight: UInt32 = 1) {
        self.key = key
        self.weight = weight
    }
}

extension RealServer.Key: Comparable, CustomStringConvertible {
    package static func < (lhs: Self, rhs: Self) -> Bool { (lhs.address, lhs.port) < (rhs.address, rhs.port) }

    /// `10.244.0.5:8080` or `[fd00::5]:8080`.
    package var description: String {
        address.family == .ipv6 ? "[\(address)]:\(port)" : "\(address):\(port)"
    }
}

/// A real server as the kernel reports it.
package struct RealServerStatus: Sendable, Hashable {
    package var server: RealServer
    /// Open connections.
    package var activeConnections: UInt32
    /// Closed and half-closed connections that the kernel still remembers.
    package var inactiveConnections: UInt32
    /// Whether it translates the destination of connections; other ways of forwarding are not ours.
    package var isMasquerading: Bool

    package init(
        server: RealServer, activeConnections: UInt32 = 0, inactiveConnections: UInt32 = 0, isMasquerading: Bool = true
    ) {
        self.server = server
        self.activeConnections = activeConnections
        self.inactiveConnections = inactiveConnections
        self.isMasquerading = isMasquerading
    }

    /// Whether the kernel remembers any connection to it.
    package var hasConnections: Bool { activeConnections > 0 || inactiveConnections > 0 }
}

/// How long IPVS keeps idle connections, in seconds; 0 in a change leaves a value as it is.
package struct ConnectionTimeouts: Sendable, Hashable {
    package var tcp: UInt32
    /// After both ends have closed.
    package var tcpFin: UInt32
    package var udp: UInt32

    package init(tcp: UInt32 = 0, tcpFin: UInt32 = 0, udp: UInt32 = 0) {
        self.tcp = tcp
        self.tcpFin = tcpFin
        self.udp = udp
    }
}
