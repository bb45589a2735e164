import CLinux
import Glibc
package import InternetAddresses

/// An IP address and a port, in the form that sockets use.
package struct RelayAddress: Sendable, Hashable {
    package var address: IPAddress
    package var port: UInt16

    package init(_ address: IPAddress, _ port: UInt16) {
        self.address = address
        self.port = port
    }
}

extension RelayAddress: CustomStringConvertible {
    /// `10.244.0.5:8080` or `[fd00::5]:8080`.
    package var description: String {
        address.family == .ipv6 ? "[\(address)]:\(port)" : "\(address):\(port)"
    }
}

extension RelayAddress {
    /// Reads an address that the kernel filled in; IPv4 even if the socket has both families. `nil` if it is
    /// not an IP address.
    init?(_ storage: sockaddr_storage) {
        switch Int32(storage.ss_family) {
        case AF_INET:
            let ip = withUnsafeBytes(of: storage) { $0.loadUnaligned(as: sockaddr_in.self) }
            self.init(IPAddress(ipv4: UInt32(bigEndian: ip.sin_addr.s_addr)), UInt16(bigEndian: ip.sin_port))
        case AF_INET6:
            let (port, high, low) = withUnsafeBytes(of: storage) { bytes in
                (
                    bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self),
                    bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
                    bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
                )
            }
            let address = IPAddress(ipv6High: UInt64(bigEndian: high), low: UInt64(bigEndian: low))
            self.init(address.unmapped, UInt16(bigEndian: port))
        default: return nil
        }
    }

    /// `struct sockaddr_in` or `struct sockaddr_in6` (ip(7), ipv6(7)), for `connect` and `bind`.
    var storage: sockaddr_storage {
        var storage = sockaddr_storage()
        withUnsafeMutableBytes(of: &storage) { bytes in
            bytes.storeBytes(of: port.bigEndian, toByteOffset: 2, as: UInt16.self)
            if address.family == .ipv4 {
                bytes.storeBytes(of: sa_family_t(AF_INET), as: sa_family_t.self)
                bytes.storeBytes(of: address.ipv4Bits.bigEndian, toByteOffset: 4, as: UInt32.self)
            } else {
                let (high, low) = address.ipv6Bits
                bytes.storeBytes(of: sa_family_t(AF_INET6), as: sa_family_t.self)
                bytes.storeBytes(of: high.bigEndian, toByteOffset: 8, as: UInt64.self)
                bytes.storeBytes(of: low.bigEndian, toByteOffset: 16, as: UInt64.self)
            }
        }
        return storage
    }

    /// The used length of ``storage``.
    var storageLength: socklen_t {
        socklen_t(address.family == .ipv4 ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size)
    }
}

extension IPFamily {
    /// `AF_INET` or `AF_INET6`.
    var socketFamily: Int32 { self == .ipv4 ? AF_INET : AF_INET6 }
    /// 0.0.0.0 or ::.
    var anyAddress: IPAddress { self == .ipv4 ? IPAddress(ipv4: 0) : IPAddress(ipv6High: 0, low: 0) }
}
