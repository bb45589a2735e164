import CLinux
import Glibc
package import Netlink

/// Hears when interfaces come and go and when their addresses change, whoever changes them.
///
/// Reading blocks as long as nothing happens: use it on a thread that may, or without waiting.
package struct AddressListener: ~Copyable {
    private var netlink: NetlinkConnection

    /// What has happened.
    package enum Event: Sendable, Hashable {
        case addressAdded(InterfaceAddress)
        case addressRemoved(InterfaceAddress)
        /// Also when an interface that was there changes, as it does when its cable is pulled.
        case linkAdded(Link)
        case linkRemoved(Link)
        /// More happened than the socket could keep: whoever wants to know must list what there is.
        case missedEvents
    }

    /// Begins to listen in the network namespace of the calling thread. `ignoring` is the port of a socket whose own changes
    /// are not told. With a `timeout`, waiting for events that do not come ends with EAGAIN.
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

    /// What has happened since the last call. Waits for something if `wait` says so; otherwise it may be nothing.
    package mutating func events(wait: Bool) throws(NetlinkError) -> [Event] {
        var events: [Event] = []
        var mayWait = wait
        while true {
            do throws(NetlinkError) {
                let isMore = try netlink.receiveEvents(wait: mayWait) { (header, payload) throws(NetlinkError) in
                    if let event = try Self.event(header.type, payload) { events.append(event) }
                }
                guard isMore else { return events }
                // What is there already comes along.
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
