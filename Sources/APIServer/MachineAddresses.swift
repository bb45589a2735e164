import InternetAddresses
import NIOCore

/// Where a server that listens on all addresses is reached.
enum MachineAddresses {
    /// The addresses of this machine that others may know, without those of one link only.
    static func all() throws -> [IPAddress] {
        let addresses = try System.enumerateDevices().compactMap { device in
            device.address?.ipAddress.flatMap { IPAddress($0) }
        }
        return Set(addresses).filter { !$0.isLoopback && !$0.isLinkLocal && !$0.isMulticast }.sorted()
    }
}
