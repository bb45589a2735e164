import ArgumentParser

/// The measured mode of the proxy.
enum Mode: String, Codable, ExpressibleByArgument, CaseIterable {
    case nftables
    case iptables
    /// Measured with traffic, not with changes.
    case userspace

    var sizes: [Size] {
        switch self {
        case .nftables: Size.nftables
        case .iptables: Size.iptables
        case .userspace: []
        }
    }
}
