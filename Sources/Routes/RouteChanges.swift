import CLinux
import InternetAddresses
import Netlink

/// Changes to interfaces and their addresses, one message each.
package struct RouteChanges: ~Copyable {
    var requests = RequestBatch()

    package init() {}

    package var count: Int { requests.count }
    package var bytes: [UInt8] { requests.bytes }

    /// `ip link add kube-ipvs0 type dummy`; refused with EEXIST if an interface has the name.
    package mutating func addDummy(named name: String) {
        requests.add(type: UInt16(RTM_NEWLINK), flags: NLM_F_CREATE | NLM_F_EXCL) { writer in
            writer.linkHeader()
            writer.attribute(UInt32(IFLA_IFNAME), string: name)
            writer.nested(UInt32(IFLA_LINKINFO)) { writer in
                writer.attribute(UInt32(IFLA_INFO_KIND), string: "dummy")
            }
        }
    }

    /// `ip link delete kube-ipvs0`; refused with ENODEV if there is none.
    package mutating func deleteLink(named name: String) {
        requests.add(type: UInt16(RTM_DELLINK)) { writer in
            writer.linkHeader()
            writer.attribute(UInt32(IFLA_IFNAME), string: name)
        }
    }

    /// `ip address add 10.96.0.1/32 dev kube-ipvs0`; refused with EEXIST if the interface has the address.
    package mutating func add(_ address: InterfaceAddress) {
        change(UInt16(RTM_NEWADDR), NLM_F_CREATE | NLM_F_EXCL, address)
    }

    /// `ip address delete 10.96.0.1/32 dev kube-ipvs0`; refused with EADDRNOTAVAIL if the interface does not have it.
    package mutating func remove(_ address: InterfaceAddress) {
        change(UInt16(RTM_DELADDR), 0, address)
    }

    private mutating func change(_ type: UInt16, _ flags: Int32, _ address: InterfaceAddress) {
        let isIPv4 = address.address.family == .ipv4
        requests.add(type: type, flags: flags) { writer in
            // struct ifaddrmsg: no other machine has this address, so IPv6 need not check for duplicates.
            writer.append(UInt8(isIPv4 ? AF_INET : AF_INET6))
            writer.append(address.prefixLength)
            writer.append(UInt8(isIPv4 ? 0 : IFA_F_NODAD))
            writer.append(UInt8(RT_SCOPE_UNIVERSE.rawValue))
            writer.append(address.linkIndex)
            let bytes = address.address.networkBytes
            writer.attribute(UInt32(IFA_LOCAL), bytes: bytes)
            writer.attribute(UInt32(IFA_ADDRESS), bytes: bytes)
        }
    }
}

extension MessageWriter {
    /// `struct ifinfomsg` for an interface named by an attribute.
    fileprivate mutating func linkHeader() {
        append(contentsOf: [UInt8](repeating: 0, count: MemoryLayout<ifinfomsg>.size))
    }
}
