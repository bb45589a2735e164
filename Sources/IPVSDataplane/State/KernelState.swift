import IPSet
import IPVS
import InternetAddresses

/// What the kernel holds, as far as it concerns us.
struct KernelState: Sendable {
    struct Server: Sendable {
        var server: VirtualServer
        var realServers: [RealServerStatus]
    }

    /// Without those in excluded networks.
    var servers: [VirtualServer.Key: Server] = [:]
    /// Sets that are there and of the right type.
    var sets: [SetID: Set<SetEntry>] = [:]
    /// The addresses of our interface.
    var addresses: Set<IPAddress> = []
}
