import CLinux
import Glibc
import InternetAddresses
import LabKit
import Netlink
import Routes
import Testing

/// Interfaces and addresses of a separate namespace. Needs root.
@Suite("RoutesConnection in the kernel", .serialized)
struct RoutesConnectionTests {
    @Test("added addresses are listed, as by `ip`, and removed ones are gone")
    func addresses() async throws {
        let namespace = try await NetworkNamespace(name: "addresses")
        try await namespace.ip("link set lo up")
        let new = [ip("10.96.0.1"), ip("10.96.0.10"), ip("fd00:10:96::1")]
        let refusals = try await namespace.routes { routes in
            let link = try #require(try routes.link(named: "lo"))
            var changes = RouteChanges()
            for address in new { changes.add(.host(address, on: link)) }
            // Once more: refused, and nothing else is.
            changes.add(.host(new[0], on: link))
            return try routes.send(&changes).mapValues(\.errno)
        }
        #expect(refusals == [3: EEXIST])
        let listed = try await namespace.run("ip", "-brief", "address", "show", "dev", "lo")
        for address in new { #expect(listed.contains("\(address)/\(address.family.addressBits)")) }

        let left = try await namespace.routes { routes in
            let link = try #require(try routes.link(named: "lo"))
            var changes = RouteChanges()
            for address in new.dropFirst() { changes.remove(.host(address, on: link)) }
            let refusals = try routes.send(&changes)
            #expect(refusals.isEmpty)
            return try routes.addresses()
        }
        #expect(Set(left.map(\.address)) == [ip("127.0.0.1"), ip("::1"), new[0]])
        #expect(left.filter { !$0.isUsable } == [])
    }

    @Test("thousands of addresses take a few sends, and a multipart dump returns all of them")
    func many() async throws {
        let namespace = try await NetworkNamespace(name: "addresses")
        let count = try await namespace.routes { routes in
            let link = try #require(try routes.link(named: "lo"))
            var changes = RouteChanges()
            for number in 0..<3000 as Range<UInt32> {
                changes.add(.host(IPAddress(ipv4: 0x0A60_0000 + number), on: link))
            }
            let refusals = try routes.send(&changes)
            #expect(refusals.isEmpty)
            return try routes.addresses().count
        }
        #expect(count == 3000)
    }

    @Test("local routes are added, listed by origin, and removed")
    func localRoutes() async throws {
        let namespace = try await NetworkNamespace(name: "routes")
        try await namespace.ip("link set lo up", "route add local 10.96.0.9/32 dev lo proto 7")
        let new = [ip("10.96.0.1"), ip("fd00:10:96::1")]
        let listed = try await namespace.routes { routes in
            let link = try #require(try routes.link(named: "lo"))
            var changes = RouteChanges()
            for address in new { changes.add(LocalRoute(address: address, linkIndex: link.index, origin: 115)) }
            changes.add(LocalRoute(address: new[0], linkIndex: link.index, origin: 115))
            let refusals = try routes.send(&changes).mapValues(\.errno)
            #expect(refusals == [2: EEXIST])
            return try routes.localRoutes(madeBy: 115)
        }
        #expect(Set(listed.map(\.address)) == Set(new))
        let shown = try await namespace.run("ip", "route", "show", "table", "local", "proto", "115")
        #expect(shown.contains("local 10.96.0.1 dev lo"))
        let left = try await namespace.routes { routes in
            var changes = RouteChanges()
            for route in listed { changes.remove(route) }
            let refusals = try routes.send(&changes)
            #expect(refusals.isEmpty)
            return try routes.localRoutes(madeBy: 115) + routes.localRoutes(madeBy: 7)
        }
        #expect(left.map(\.address) == [ip("10.96.0.9")])
    }

    @Test("links have kinds and names, and a listener reports changes of links and addresses")
    func listening() async throws {
        let namespace = try await NetworkNamespace(name: "links")
        let listener = try await namespace.listener()
        try await namespace.ip("link add one type veth peer name two", "addr add 192.0.2.7/24 dev one")
        let link = try await namespace.routes { try $0.link(named: "one") }
        #expect(link?.kind == "veth")
        try await namespace.ip("addr del 192.0.2.7/24 dev one", "link delete one")
        let events = try await namespace.events(listener)
        let index = try #require(link?.index)
        let address = InterfaceAddress(address: ip("192.0.2.7"), prefixLength: 24, linkIndex: index)
        #expect(events.contains(.linkAdded(Link(index: index, name: "one", kind: "veth"))))
        #expect(events.contains(.addressAdded(address)))
        #expect(events.contains(.addressRemoved(address)))
        #expect(events.contains(.linkRemoved(Link(index: index, name: "one", kind: "veth"))))
    }

    @Test("a listener does not report changes through the ignored socket")
    func ignoring() async throws {
        let namespace = try await NetworkNamespace(name: "links")
        let (own, foreign) = try await namespace.eventsWithOwnChange()
        #expect(own == [])
        #expect(foreign.count == 1)
    }

    @Test("an overrun is reported as an event, and the listener continues")
    func overrun() throws {
        var listener = AddressListener(OverrunTransport())
        let first = try listener.events(wait: true)
        #expect(first == [.missedEvents])
        let second = try listener.events(wait: false)
        #expect(second == [])
    }
}

extension InterfaceAddress {
    static func host(_ address: IPAddress, on link: Link) -> InterfaceAddress {
        InterfaceAddress(
            address: address, prefixLength: UInt8(address.family.addressBits), linkIndex: link.index)
    }
}

extension NetworkNamespace {
    /// Accesses the interfaces of this namespace, on its thread.
    func routes<Result: Sendable>(_ body: @Sendable (inout RoutesConnection) throws -> Result) throws -> Result {
        var connection = RoutesConnection(try NetlinkSocket(family: NETLINK_ROUTE))
        return try body(&connection)
    }

    func listener() throws -> Listening { Listening(try AddressListener()) }

    func events(_ listener: Listening) throws -> [AddressListener.Event] { try listener.take() }

    /// The events of a change through an ignored socket, and of one through another.
    func eventsWithOwnChange() throws -> ([AddressListener.Event], [AddressListener.Event]) {
        let socket = try NetlinkSocket(family: NETLINK_ROUTE)
        var own = RoutesConnection(socket)
        var listener = try AddressListener(ignoring: socket.portID)
        let link = try #require(try own.link(named: "lo"))
        var change = RouteChanges()
        change.add(.host(IPAddress(ipv4: 0x0A60_0001), on: link))
        _ = try own.send(&change)
        let quiet = try listener.events(wait: false)
        var foreign = RoutesConnection(try NetlinkSocket(family: NETLINK_ROUTE))
        var other = RouteChanges()
        other.add(.host(IPAddress(ipv4: 0x0A60_0002), on: link))
        _ = try foreign.send(&other)
        return (quiet, try listener.events(wait: false))
    }
}

/// A listener that several namespaces can use in turn.
final class Listening: @unchecked Sendable {
    private var listener: AddressListener

    init(_ listener: consuming AddressListener) { self.listener = listener }

    /// Only called on the thread of the namespace that created it.
    func take() throws -> [AddressListener.Event] { try listener.events(wait: false) }
}

/// A socket that reports lost messages once, and then has none.
private final class OverrunTransport: NetlinkTransport, @unchecked Sendable {
    private var isLost = true
    let portID: UInt32 = 1
    func reserveSendBuffer(_ bytes: Int) {}
    func send(_ messages: [UInt8]) throws(NetlinkError) {}
    func receive(into buffer: inout [UInt8], wait: Bool) throws(NetlinkError) -> Int? {
        guard isLost else { return nil }
        isLost = false
        throw NetlinkError(operation: "receive", errno: ENOBUFS)
    }
}

/// A literal address; an invalid one fails the test.
func ip(_ text: String) -> IPAddress { IPAddress(text) ?? IPAddress(ipv4: 0) }
