import IPSet
import InternetAddresses
import Testing

@Suite("SetChanges")
struct SetChangesTests {
    private static let address = IPAddress(ipv4: 0x0A60_0001)

    private func bytes(_ body: (inout SetChanges) -> Void) -> [UInt8] {
        var changes = SetChanges()
        body(&changes)
        return changes.bytes
    }

    /// struct nlmsghdr, struct nfgenmsg and IPSET_ATTR_PROTOCOL
    private func head(_ length: Int, command: UInt8, flags: [UInt8] = [1, 0]) -> [UInt8] {
        [UInt8(length & 255), UInt8(length >> 8), 0, 0, command, 6] + flags + [0, 0, 0, 0, 0, 0, 0, 0]
            + [2, 0, 0, 0] + [5, 0, 1, 0, 7, 0, 0, 0]
    }

    /// IPSET_ATTR_SETNAME "web"
    private static let name: [UInt8] = [8, 0, 2, 0, 0x77, 0x65, 0x62, 0]
    /// IPSET_ATTR_IP { IPSET_ATTR_IPADDR_IPV4 }, IPSET_ATTR_PORT, IPSET_ATTR_PROTO
    private static let spot: [UInt8] =
        [12, 0, 1, 0x80] + [8, 0, 1, 0x40, 10, 96, 0, 1] + [6, 0, 4, 0x40, 1, 187, 0, 0] + [5, 0, 7, 0, 6, 0, 0, 0]

    @Test("ipset create web hash:ip,port family inet hashsize 1024 maxelem 65536")
    func createHash() {
        let expected: [UInt8] =
            // NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL
            head(92, command: 2, flags: [1, 6]) + Self.name
            // IPSET_ATTR_TYPENAME, IPSET_ATTR_REVISION, IPSET_ATTR_FAMILY
            + [17, 0, 3, 0] + Array("hash:ip,port".utf8) + [0, 0, 0, 0]
            + [5, 0, 4, 0, 6, 0, 0, 0] + [5, 0, 5, 0, 2, 0, 0, 0]
            // IPSET_ATTR_DATA { IPSET_ATTR_HASHSIZE, IPSET_ATTR_MAXELEM }
            + [20, 0, 7, 0x80] + [8, 0, 18, 0x40, 0, 0, 4, 0] + [8, 0, 19, 0x40, 0, 1, 0, 0]
        let set = SetHeader(name: "web", kind: .addressPort, family: .ipv4)
        #expect(bytes { $0.create(set, revision: 6) } == expected)
    }

    @Test("ipset create web bitmap:port range 0-65535")
    func createBitmap() {
        let expected: [UInt8] =
            head(88, command: 2, flags: [1, 6]) + Self.name
            + [16, 0, 3, 0] + Array("bitmap:port".utf8) + [0]
            + [5, 0, 4, 0, 3, 0, 0, 0] + [5, 0, 5, 0, 0, 0, 0, 0]
            // IPSET_ATTR_DATA { IPSET_ATTR_PORT_FROM, IPSET_ATTR_PORT_TO }
            + [20, 0, 7, 0x80] + [6, 0, 4, 0x40, 0, 0, 0, 0] + [6, 0, 5, 0x40, 255, 255, 0, 0]
        let set = SetHeader(name: "web", kind: .port, family: .ipv6)
        #expect(bytes { $0.create(set, revision: 3) } == expected)
    }

    @Test("ipset destroy, flush and swap")
    func whole() {
        #expect(bytes { $0.destroy("web") } == head(36, command: 3) + Self.name)
        #expect(bytes { $0.flush("web") } == head(36, command: 4) + Self.name)
        // IPSET_ATTR_SETNAME2
        #expect(
            bytes { $0.swap("web", "new") } == head(44, command: 6) + Self.name + [8, 0, 3, 0, 0x6E, 0x65, 0x77, 0])
    }

    @Test("ipset add web 10.96.0.1,tcp:443 -exist")
    func addOne() {
        let expected = head(68, command: 9) + Self.name + [32, 0, 7, 0x80] + Self.spot
        #expect(bytes { $0.add([.addressPort(Self.address, .tcp, 443)], to: "web") } == expected)
    }

    @Test("ipset del web 10.96.0.1,tcp:443,10.96.0.1 -exist")
    func removeOne() {
        let expected: [UInt8] =
            head(80, command: 10) + Self.name + [44, 0, 7, 0x80] + Self.spot
            // IPSET_ATTR_IP2
            + [12, 0, 20, 0x80] + [8, 0, 1, 0x40, 10, 96, 0, 1]
        let entry = SetEntry.addressPortAddress(Self.address, .tcp, 443, Self.address)
        #expect(bytes { $0.remove([entry], from: "web") } == expected)
    }

    @Test("ipset add web 10.96.0.1,tcp:443,192.0.2.0/24 -exist")
    func addNetwork() throws {
        let network = try #require(IPNetwork("192.0.2.0/24"))
        let expected: [UInt8] =
            head(88, command: 9) + Self.name + [52, 0, 7, 0x80] + Self.spot
            // IPSET_ATTR_IP2, IPSET_ATTR_CIDR2
            + [12, 0, 20, 0x80] + [8, 0, 1, 0x40, 192, 0, 2, 0] + [5, 0, 21, 0, 24, 0, 0, 0]
        #expect(bytes { $0.add([.addressPortNetwork(Self.address, .tcp, 443, network)], to: "web") } == expected)
    }

    @Test("several entries share a message, and each has a line number")
    func addSeveral() {
        let expected: [UInt8] =
            head(88, command: 9) + Self.name
            // IPSET_ATTR_LINENO
            + [8, 0, 9, 0, 0, 0, 0, 0]
            // IPSET_ATTR_ADT { IPSET_ATTR_DATA { IPSET_ATTR_PORT, IPSET_ATTR_LINENO } … }
            + [44, 0, 8, 0x80]
            + [20, 0, 7, 0x80] + [6, 0, 4, 0x40, 117, 48, 0, 0] + [8, 0, 9, 0, 0, 0, 0, 0]
            + [20, 0, 7, 0x80] + [6, 0, 4, 0x40, 117, 49, 0, 0] + [8, 0, 9, 0, 1, 0, 0, 0]
        #expect(bytes { $0.add([.port(30000), .port(30001)], to: "web") } == expected)
    }

    @Test("no message exceeds the size of an answer that echoes it")
    func longMessages() {
        var changes = SetChanges()
        let entries = (0..<10_000).map { SetEntry.addressPort(Self.address, .tcp, UInt16($0)) }
        changes.add(entries, to: "web")
        #expect(changes.count == 40)
        #expect(changes.bytes.count / changes.count < 24_000)
    }

    @Test("entries are written as ipset prints them")
    func text() throws {
        let whole = try #require(IPNetwork("198.51.100.7/32"))
        #expect(
            SetEntry.addressPortNetwork(Self.address, .tcp, 443, whole).description == "10.96.0.1,tcp:443,198.51.100.7")
        #expect(SetEntry.addressPort(Self.address, .sctp, 1).description == "10.96.0.1,sctp:1")
        #expect(SetKind.addressPortNetwork.module == "ip_set_hash_ipportnet")
        #expect(SetKind.port.module == "ip_set_bitmap_port")
    }
}
