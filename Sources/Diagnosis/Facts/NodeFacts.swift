package import Dataplane
package import InternetAddresses
package import ServiceRouting

/// The results of probes of this node. Unchecked facts are `nil` or missing.
package struct NodeFacts: Sendable {
    /// The name of this machine's Node.
    package var nodeName: String
    /// How traffic of pods is recognised; `nil` if unknown.
    package var localTraffic: LocalTraffic?
    /// The addresses of this machine.
    package var machineAddresses: [IPAddress] = []
    /// The proxies running in this network namespace; `nil` if processes could not be listed.
    package var proxies: [ProxyFacts]?
    package var kernel: KernelFacts?
    /// Files below `/proc/sys`, by path: `net/ipv4/ip_forward`.
    package var settings: [String: String] = [:]
    /// The number of packets dropped by the reverse path filter while backends were probed, and in total.
    package var reversePathDrops: (during: Int, total: Int)?
    package var filters = FilterFacts()
    package var conntrack = ConntrackFacts()
    /// The paths to the backends.
    package var ways: [IPAddress: WayFacts] = [:]
    /// The results of connections to backends.
    package var answers: [BackendKey: BackendAnswer] = [:]
    /// The processes that hold node ports.
    package var holders: [PortHolder] = []
    package var dns: DNSFacts?

    package init(nodeName: String) { self.nodeName = nodeName }
}

/// A backend and the protocol to probe it.
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

/// The result of a connection from this node to a backend, bypassing the rules for Services.
package struct BackendAnswer: Sendable, Hashable {
    package enum Outcome: Sendable, Hashable {
        /// It accepted the connection.
        case accepted
        /// A reset, or ICMP port unreachable: nothing listens there.
        case refused
        /// No answer within this many milliseconds.
        case silent(milliseconds: Int)
        /// The kernel, or a router, could not deliver: `No route to host`.
        case unreachable(String)
        /// UDP: sent, and neither refused nor answered, which is inconclusive.
        case sent
    }

    package var outcome: Outcome
    /// Where a process in the pod's network namespace listens on this port, if that namespace is on this machine:
    /// `127.0.0.1:8080`; or all its listening sockets of the protocol, if none is on the port.
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
    /// `nginx (pid 4711)`; `a process` if unknown.
    package var process: String
    /// The process id; 0 if unknown.
    package var pid: Int32

    package init(port: UInt16, transport: TransportProtocol, family: IPFamily, process: String, pid: Int32 = 0) {
        self.port = port
        self.transport = transport
        self.family = family
        self.process = process
        self.pid = pid
    }
}
