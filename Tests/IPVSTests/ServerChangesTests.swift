import IPVS
import InternetAddresses
import Testing

@Suite("ServerChanges")
struct ServerChangesTests {
    private static let key = VirtualServer.Key(transport: .tcp, address: IPAddress(ipv4: 0x0A60_0001), port: 443)
    private static let key6 = VirtualServer.Key(
        transport: .udp, address: IPAddress(ipv6High: 0xFD00_0010_0096_0000, low: 10), port: 53)
    private static let real = RealServer.Key(address: IPAddress(ipv4: 0x0AF4_0005), port: 6443)

    private static let zeros12 = [UInt8](repeating: 0, count: 12)
    /// IPVS_SVC_ATTR_AF, _PROTOCOL, _ADDR, _PORT
    private static let identity: [UInt8] =
        [6, 0, 1, 0, 2, 0, 0, 0] + [6, 0, 2, 0, 6, 0, 0, 0] + [20, 0, 3, 0, 10, 96, 0, 1] + zeros12
        + [6, 0, 4, 0, 1, 187, 0, 0]
    /// IPVS_DEST_ATTR_ADDR, _PORT, _ADDR_FAMILY
    private static let realIdentity: [UInt8] =
        [20, 0, 1, 0, 10, 244, 0, 5] + zeros12 + [6, 0, 2, 0, 25, 43, 0, 0] + [6, 0, 11, 0, 2, 0, 0, 0]

    private func bytes(_ body: (inout ServerChanges) -> Void) -> [UInt8] {
        var changes = ServerChanges(family: 0x1D)
        body(&changes)
        return changes.bytes
    }

    /// struct nlmsghdr with NLM_F_REQUEST, and struct genlmsghdr
    private func head(_ length: UInt8, command: UInt8) -> [UInt8] {
        [length, 0, 0, 0, 0x1D, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0] + [command, 1, 0, 0]
    }

    @Test("ipvsadm --add-service --tcp-service 10.96.0.1:443 --scheduler rr")
    func addServer() {
        let expected: [UInt8] =
            head(104, command: 1)
            // IPVS_CMD_ATTR_SERVICE
            + [84, 0, 1, 0x80] + Self.identity
            // IPVS_SVC_ATTR_SCHED_NAME, _FLAGS (values, mask), _TIMEOUT, _NETMASK
            + [7, 0, 6, 0, 0x72, 0x72, 0, 0] + [12, 0, 7, 0, 0, 0, 0, 0, 0x39, 0, 0, 0]
            + [8, 0, 8, 0, 0, 0, 0, 0] + [8, 0, 9, 0, 255, 255, 255, 255]
        #expect(bytes { $0.add(VirtualServer(key: Self.key, scheduler: .roundRobin)) } == expected)
    }

    @Test("ipvsadm --edit-service --udp-service [fd00:10:96::a]:53 --scheduler mh -b mh-port --persistent 600 -M 64")
    func updateServer() {
        let scheduler = Scheduler("mh", flags: .port)
        let server = VirtualServer(key: Self.key6, scheduler: scheduler, persistence: 600, persistencePrefix: 64)
        let expected: [UInt8] =
            head(104, command: 2)
            + [84, 0, 1, 0x80] + [6, 0, 1, 0, 10, 0, 0, 0] + [6, 0, 2, 0, 17, 0, 0, 0]
            + [20, 0, 3, 0, 0xFD, 0, 0, 0x10, 0, 0x96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10] + [6, 0, 4, 0, 0, 53, 0, 0]
            // The prefix length is in host order, unlike the mask of IPv4.
            + [7, 0, 6, 0, 0x6D, 0x68, 0, 0] + [12, 0, 7, 0, 0x11, 0, 0, 0, 0x39, 0, 0, 0]
            + [8, 0, 8, 0, 88, 2, 0, 0] + [8, 0, 9, 0, 64, 0, 0, 0]
        #expect(bytes { $0.update(server) } == expected)
    }

    @Test("ipvsadm --delete-service --tcp-service 10.96.0.1:443")
    func removeServer() {
        #expect(bytes { $0.remove(Self.key) } == head(68, command: 3) + [48, 0, 1, 0x80] + Self.identity)
    }

    @Test("ipvsadm --add-server --tcp-service 10.96.0.1:443 --real-server 10.244.0.5:6443 --masquerading --weight 1")
    func addRealServer() {
        let expected: [UInt8] =
            head(140, command: 5) + [48, 0, 1, 0x80] + Self.identity
            // IPVS_CMD_ATTR_DEST
            + [72, 0, 2, 0x80] + Self.realIdentity
            // IPVS_DEST_ATTR_FWD_METHOD, _WEIGHT, _U_THRESH, _L_THRESH
            + [8, 0, 3, 0, 0, 0, 0, 0] + [8, 0, 4, 0, 1, 0, 0, 0] + [8, 0, 5, 0, 0, 0, 0, 0] + [8, 0, 6, 0, 0, 0, 0, 0]
        #expect(bytes { $0.add(RealServer(key: Self.real), to: Self.key) } == expected)
    }

    @Test("ipvsadm --edit-server … --weight 0 differs from an addition only in the command and the weight")
    func updateRealServer() {
        var expected = bytes { $0.add(RealServer(key: Self.real), to: Self.key) }
        expected[16] = 6
        expected[120] = 0
        #expect(bytes { $0.update(RealServer(key: Self.real, weight: 0), of: Self.key) } == expected)
    }

    @Test("ipvsadm --delete-server --tcp-service 10.96.0.1:443 --real-server 10.244.0.5:6443")
    func removeRealServer() {
        let expected: [UInt8] =
            head(108, command: 7) + [48, 0, 1, 0x80] + Self.identity + [40, 0, 2, 0x80] + Self.realIdentity
        #expect(bytes { $0.remove(Self.real, from: Self.key) } == expected)
    }

    @Test("ipvsadm --set 900 120 300, and 0 leaves a value as it is")
    func timeouts() {
        let all: [UInt8] =
            head(44, command: 12) + [8, 0, 4, 0, 132, 3, 0, 0] + [8, 0, 5, 0, 120, 0, 0, 0] + [8, 0, 6, 0, 44, 1, 0, 0]
        #expect(bytes { $0.set(ConnectionTimeouts(tcp: 900, tcpFin: 120, udp: 300)) } == all)
        let one: [UInt8] = head(28, command: 12) + [8, 0, 6, 0, 44, 1, 0, 0]
        #expect(bytes { $0.set(ConnectionTimeouts(udp: 300)) } == one)
    }

    @Test("schedulers are written as ipvsadm takes them")
    func schedulers() {
        #expect(Scheduler("rr").description == "rr")
        #expect(Scheduler("sh", flags: [.fallback, .port]).description == "sh -b sh-fallback,sh-port")
        #expect(Scheduler("lblcr").module == "ip_vs_lblcr")
    }
}
