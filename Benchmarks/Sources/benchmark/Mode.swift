import ArgumentParser

/// The mode of the proxy that is measured.
enum Mode: String, Codable, ExpressibleByArgument, CaseIterable {
    case nftables
    case iptables

    var sizes: [Size] { self == .nftables ? Size.nftables : Size.iptables }
}
