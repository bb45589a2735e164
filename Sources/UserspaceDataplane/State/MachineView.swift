import Dataplane
import InternetAddresses

/// What decisions depend on besides the Services: this machine's addresses, and its pods' networks.
struct MachineView: Sendable, Hashable {
    /// All addresses of the machine.
    var addresses: Set<IPAddress> = []
    /// The networks of this node's pods.
    var podNetworks: [IPNetwork] = []

    /// The networks of clients inside: pods of this node, and the node itself.
    func insideNetworks(_ family: IPFamily) -> [IPNetwork] {
        let loopback =
            family == .ipv4
            ? IPNetwork(containing: IPAddress(ipv4: 127 << 24), prefixLength: 8)
            : IPNetwork(containing: IPAddress(ipv6High: 0, low: 1), prefixLength: 128)
        let own = addresses.compactMap { address in
            address.family == family ? IPNetwork(containing: address, prefixLength: family.addressBits) : nil
        }
        return (podNetworks.filter { $0.family == family } + own + [loopback].compactMap(\.self)).disjoint
    }
}
