package import Dataplane
package import InternetAddresses
package import ServiceRouting

/// What probes have found out about this node. What was not looked at is `nil` or missing.
package struct NodeFacts: Sendable {
    /// The name of the Node that this machine is.
    package var nodeName: String
    /// How traffic of pods is recognised; `nil` where nobody has told.
    package var localTraffic: LocalTraffic?
    /// The addresses of this machine.
    package var machineAddresses: [IPAddress] = []
    /// The proxies that run in this network namespace; `nil` where processes could not be listed.
    package var proxies: [ProxyFacts]?
    package var kernel: KernelFacts?
    /// Files below `/proc/sys`, by their path there: `net/ipv4/ip_forward`.
    package var settings: [String: String] = [:]
    /// How many packets the reverse path filter has dropped while backends were asked, and in all.
    package var reversePathDrops: (during: Int, total: Int)?
    package var filters = FilterFacts()
    package var conntrack = ConntrackFacts()
    /// The ways to the backends.
    package var ways: [IPAddress: WayFacts] = [:]
    /// What came of connections to backends.
    package var answers: [BackendKey: BackendAnswer] = [:]
    /// The processes that hold node ports.
    package var holders: [PortHolder] = []
    package var dns: DNSFacts?

    package init(nodeName: String) { self.nodeName = nodeName }
}

/// A backend and how it is asked.
package struct BackendKey: Sendable, Hashable {
    package var address: IPAddress
    package var port: UInt16
    package var transport: TransportProtocol

    package init(address: IPAddress, port: UInt16, transport: TransportProtocol) {
        self.address = address
        self.port = port
        self.transport = transport
    }

    package init(_ backend: Backend, _ transport: TransportProtocol) {
        self.init(address: backend.address, port: backend.port, transport: transport)
    }
}

extension BackendKey: CustomStringConvertible {
    /// `10.244.0.5:8080/TCP`
    package var description: String { "\(Backend(address: address, port: port))/\(transport)" }
}

/// What came of a connection from this node to a backend, past the rules for Services.
package struct BackendAnswer: Sendable, Hashable {
    package enum Outcome: Sendable, Hashable {
        /// It accepted the connection.
        case accepted
        /// A reset, or ICMP port unreachable: nobody listens there.
        case refused
        /// Nothing came within so many milliseconds.
        case silent(milliseconds: Int)
        /// The kernel, or a router, could not deliver: `No route to host`.
        case unreachable(String)
        /// UDP: sent, and neither refused nor answered, which proves nothing.
        case sent
    }

    package var outcome: Outcome
    /// Where a process in the pod's network namespace listens on this port, if that namespace is on this machine:
    /// `127.0.0.1:8080`; all that it listens on for the protocol, if nothing is on the port.
    package var listeners: [String]?

    package init(_ outcome: Outcome, listeners: [String]? = nil) {
        self.outcome = outcome
        self.listeners = listeners
    }
}

/// A process that holds a port of this node.
package struct PortHolder: Sendable, Hashable {
    package var port: UInt16
    package var transport: TransportProtocol
    package var family: IPFamily
    /// `nginx (pid 4711)`; `a process` where it cannot be told.
    package var process: String
    /// The process's id; 0 where it cannot be told.
    package var pid: Int32

    package init(port: UInt16, transport: TransportProtocol, family: IPFamily, process: String, pid: Int32 = 0) {
        self.port = port
        self.transport = transport
        self.family = family
        self.process = process
        self.pid = pid
    }
}
