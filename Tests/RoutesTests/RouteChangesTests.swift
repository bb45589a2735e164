import InternetAddresses
import Routes
import Testing

@Suite("RouteChanges")
struct RouteChangesTests {
    @Test("ip link add kube-ipvs0 type dummy")
    func addDummy() {
        var changes = RouteChanges()
        changes.addDummy(named: "kube-ipvs0")
        #expect(
            changes.bytes
                // struct nlmsghdr: length, RTM_NEWLINK, NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL, sequence, port
                == [64, 0, 0, 0, 16, 0, 1, 6, 0, 0, 0, 0, 0, 0, 0, 0]
                // struct ifinfomsg
                + [UInt8](repeating: 0, count: 16)
                // IFLA_IFNAME
                + [15, 0, 3, 0] + Array("kube-ipvs0".utf8) + [0, 0]
                // IFLA_LINKINFO { IFLA_INFO_KIND }
                + [16, 0, 18, 0x80] + [10, 0, 1, 0] + Array("dummy".utf8) + [0, 0, 0])
    }

    @Test("ip link delete kube-ipvs0")
    func deleteLink() {
        var changes = RouteChanges()
        changes.deleteLink(named: "kube-ipvs0")
        #expect(
            changes.bytes
                // struct nlmsghdr: length, RTM_DELLINK, NLM_F_REQUEST, sequence, port
                == [48, 0, 0, 0, 17, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
                + [UInt8](repeating: 0, count: 16)
                + [15, 0, 3, 0] + Array("kube-ipvs0".utf8) + [0, 0])
    }

    @Test("ip address add 10.96.0.1/32 dev kube-ipvs0")
    func addAddress() {
        var changes = RouteChanges()
        changes.add(InterfaceAddress(address: IPAddress(ipv4: 0x0A60_0001), prefixLength: 32, linkIndex: 7))
        #expect(
            changes.bytes
                // struct nlmsghdr: length, RTM_NEWADDR, NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL, sequence, port
                == [40, 0, 0, 0, 20, 0, 1, 6, 0, 0, 0, 0, 0, 0, 0, 0]
                // struct ifaddrmsg: AF_INET, prefix length, flags, scope, index
                + [2, 32, 0, 0, 7, 0, 0, 0]
                // IFA_LOCAL, IFA_ADDRESS
                + [8, 0, 2, 0, 10, 96, 0, 1] + [8, 0, 1, 0, 10, 96, 0, 1])
    }

    @Test("ip address delete fd00:10:96::1/128 dev kube-ipvs0")
    func removeAddress() {
        var changes = RouteChanges()
        let address = IPAddress(ipv6High: 0xFD00_0010_0096_0000, low: 1)
        changes.remove(InterfaceAddress(address: address, prefixLength: 128, linkIndex: 7))
        let bytes: [UInt8] = [0xFD, 0, 0, 0x10, 0, 0x96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
        #expect(
            changes.bytes
                // struct nlmsghdr: length, RTM_DELADDR, NLM_F_REQUEST, sequence, port
                == [64, 0, 0, 0, 21, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
                // struct ifaddrmsg: AF_INET6, prefix length, IFA_F_NODAD, scope, index
                + [10, 128, 2, 0, 7, 0, 0, 0]
                + [20, 0, 2, 0] + bytes + [20, 0, 1, 0] + bytes)
    }
}
