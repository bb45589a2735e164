import Diagnosis

/// Kernel settings that decide whether packets reach pods, in the network namespace of the calling thread.
package enum SettingsProbe {
    /// Reads them, by path below `/proc/sys`. Blocks briefly.
    package static func read() -> [String: String] {
        var settings: [String: String] = [:]
        var paths = ["net/ipv4/ip_forward", "net/ipv6/conf/all/forwarding"]
        for family in ["net/bridge/bridge-nf-call-iptables", "net/bridge/bridge-nf-call-ip6tables"] {
            paths.append(family)
        }
        for interface in SystemFile.names(in: "/proc/sys/net/ipv4/conf") {
            paths.append("net/ipv4/conf/\(interface)/rp_filter")
            paths.append("net/ipv4/conf/\(interface)/forwarding")
        }
        for path in paths {
            if let value = SystemFile.line("/proc/sys/\(path)") { settings[path] = value }
        }
        for bridge in WayProbe.bridges() { settings["class/net/\(bridge)/bridge"] = "1" }
        return settings
    }

    /// The number of packets dropped by the reverse path filter in this network namespace (TcpExt,
    /// IPReversePathFilter).
    package static func reversePathDrops() -> Int? {
        guard let text = SystemFile.text("/proc/net/netstat") else { return nil }
        var names: [Substring] = []
        for line in text.split(separator: "\n") where line.hasPrefix("TcpExt:") {
            let words = line.split(separator: " ")
            if names.isEmpty {
                names = words
            } else if let index = names.firstIndex(of: "IPReversePathFilter"), index < words.count {
                return Int(words[index])
            }
        }
        return nil
    }
}
