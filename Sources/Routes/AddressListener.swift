import CLinux
import Glibc
package import Netlink

/// Reports interfaces that appear and disappear, and changes of their addresses, whoever makes them.
///
/// Reading blocks until something happens: use it on a thread that may block, or without waiting.
package struct AddressListener: ~Copyable {
    private var netlink: NetlinkConnection

    /// What happened.
    package enum Event: Sendable, Hashable {
        case addressAdded(InterfaceAddress)
        case addressRemoved(InterfaceAddress)
        /// Also when an existing interface changes, as when its cable is pulled.
        case linkAdded(Link)
        case linkRemoved(Link)
        /// The socket's buffer overflowed: list the current state again.
        case missedEvents
    }

    /// Begins to listen in the network namespace of the calling thread. `ignoring` is the port of a socket whose own
    /// changes are not reported. With a `timeout`, waiting for events that do not come ends with EAGAIN.
    package init(ignoring port: UInt32? = nil, timeout: Duration? = nil) throws(NetlinkError) {
        let socket = try NetlinkSocket(family: NETLINK_ROUTE)
        if let timeout { try socket.setReceiveTimeout(milliseconds: Int(timeout / .milliseconds(1))) }
        for group in [RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR] {
            try socket.join(group: group.rawValue)
        }
        if let port { try socket.ignoreEvents(causedBy: port) }
        self.init(socket)
    }

    /// Listens over `transport`, which has joined the groups.
    package init(_ transport: any NetlinkTransport) {
        netlink = NetlinkConnection(transport)
    }

    /// The events since the last call. Waits for one if `wait` is true; otherwise the result may be empty.
    package mutating func events(wait: Bool) throws(NetlinkError) -> [Event] {
        var events: [Event] = []
        var mayWait = wait
        while true {
            do throws(NetlinkError) {
                let isMore = try netlink.receiveEvents(wait: mayWait) { (header, payload) throws(NetlinkError) in
                    if let event = try Self.event(header.type, payload) { events.append(event) }
                }
                guard isMore else { return events }
                // Messages that have already arrived are read too.
                mayWait = false
            } catch {
                guard error.errno == ENOBUFS else { throw error }
                events.append(.missedEvents)
                mayWait = false
            }
        }
    }

    private static func event(_ type: UInt16, _ payload: borrowing RawSpan) throws(NetlinkError) -> Event? {
        switch Int(type) {
        case RTM_NEWADDR: try InterfaceAddress(payload).map { .addressAdded($0) }
        case RTM_DELADDR: try InterfaceAddress(payload).map { .addressRemoved($0) }
        case RTM_NEWLINK: .linkAdded(try Link(payload))
        case RTM_DELLINK: .linkRemoved(try Link(payload))
        default: nil
        }
    }
}
