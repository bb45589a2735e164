import IPSet
import IPVS
import InternetAddresses

/// The relevant state of the kernel.
struct KernelState: Sendable {
    struct Server: Sendable {
        var server: VirtualServer
        var realServers: [RealServerStatus]
    }

    /// Without those in excluded networks.
    var servers: [VirtualServer.Key: Server] = [:]
    /// Existing sets of the right type.
    var sets: [SetID: Set<SetEntry>] = [:]
    /// The addresses of our interface.
    var addresses: Set<IPAddress> = []
}
