import CLinux
import Glibc
package import Netlink

/// A connection to the kernel's interfaces and addresses (rtnetlink).
///
/// Calls block; they belong on a thread that may. Changes need CAP_NET_ADMIN.
package struct RoutesConnection: ~Copyable {
    private var netlink: NetlinkConnection

    /// The number of attempts at a dump that is interrupted by changes.
    private static let dumpAttempts = 8

    /// `transport` is a socket of `NETLINK_ROUTE`.
    package init(_ transport: any NetlinkTransport) {
        netlink = NetlinkConnection(transport)
    }

    /// All interfaces. `ip -details link show`
    package mutating func links() throws(NetlinkError) -> [Link] {
        try dump(RTM_GETLINK, header: MemoryLayout<ifinfomsg>.size, answer: RTM_NEWLINK) {
            payload throws(NetlinkError) in try Link(payload)
        }
    }

    /// The addresses of all interfaces. `ip address show`
    package mutating func addresses() throws(NetlinkError) -> [InterfaceAddress] {
        try dump(RTM_GETADDR, header: MemoryLayout<ifaddrmsg>.size, answer: RTM_NEWADDR) {
            payload throws(NetlinkError) in try InterfaceAddress(payload)
        }
    }

    /// The interface with this name; `nil` if there is none.
    package mutating func link(named name: String) throws(NetlinkError) -> Link? {
        try links().first { $0.name == name }
    }

    /// Sends the changes in order and returns those that the kernel refuses, by index.
    package mutating func send(_ changes: inout RouteChanges) throws(NetlinkError) -> [Int: NetlinkError] {
        try netlink.send(&changes.requests)
    }

    /// Sends one request and reads its answers.
    mutating func ask<Value>(
        _ type: Int, answer: Int, flags: Int32 = 0, _ body: (inout MessageWriter) -> Void,
        read: (borrowing RawSpan) throws(NetlinkError) -> Value?
    ) throws(NetlinkError) -> [Value] {
        var values: [Value] = []
        let sequence = netlink.nextSequence()
        var writer = MessageWriter()
        writer.message(type: UInt16(type), flags: UInt16(NLM_F_REQUEST | flags), sequence: sequence, body: body)
        try netlink.dump(writer.bytes, sequence: sequence) { (type, payload) throws(NetlinkError) in
            if Int(type) == answer, let value = try read(payload) { values.append(value) }
        }
        return values
    }

    mutating func dump<Value>(
        _ type: Int, header: Int, answer: Int, _ read: (borrowing RawSpan) throws(NetlinkError) -> Value?
    ) throws(NetlinkError) -> [Value] {
        var attempt = 1
        while true {
            var values: [Value] = []
            let sequence = netlink.nextSequence()
            var writer = MessageWriter()
            writer.message(type: UInt16(type), flags: UInt16(NLM_F_REQUEST | NLM_F_DUMP), sequence: sequence) {
                $0.append(contentsOf: [UInt8](repeating: 0, count: header))
            }
            do throws(NetlinkError) {
                try netlink.dump(writer.bytes, sequence: sequence) { (type, payload) throws(NetlinkError) in
                    if Int(type) == answer, let value = try read(payload) { values.append(value) }
                }
                return values
            } catch {
                guard error.errno == EINTR, attempt < Self.dumpAttempts else { throw error }
                attempt += 1
            }
        }
    }
}
