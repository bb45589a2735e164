import CLinux
import Conntrack
package import ConntrackCleanup
package import Diagnosis
import InternetAddresses
import Netlink

/// How full the table of tracked connections is, and which UDP flows in it are stale.
package enum ConntrackProbe {
    /// Reads sizes and drops, and the flows that `stale` contains. Blocks.
    package static func read(_ stale: StaleFlows) -> ConntrackFacts {
        var facts = ConntrackFacts()
        facts.count = SystemFile.line("/proc/sys/net/netfilter/nf_conntrack_count").flatMap { Int($0) }
        facts.limit = SystemFile.line("/proc/sys/net/netfilter/nf_conntrack_max").flatMap { Int($0) }
        facts.drops = drops()
        guard facts.count != nil, !stale.isEmpty else { return facts }
        do throws(NetlinkError) {
            var connection = ConntrackConnection(try NetlinkSocket(family: NETLINK_NETFILTER))
            for family in IPFamily.allCases where stale.families.contains(family) {
                facts.stale += try connection.entries(family, .udp, where: stale.contains)
            }
        } catch {
            // Without permission to read the table, nothing is known to be stale.
            facts.stale = []
        }
        return facts
    }

    /// The sum of all processors' `drop` columns: packets for which there was no room.
    private static func drops() -> Int {
        guard let lines = SystemFile.text("/proc/net/stat/nf_conntrack")?.split(separator: "\n"),
            let head = lines.first,
            let column = head.split(separator: " ").firstIndex(of: "drop")
        else { return 0 }
        return lines.dropFirst().reduce(0) { sum, line in
            let words = line.split(separator: " ")
            return sum + (column < words.count ? Int(words[column], radix: 16) ?? 0 : 0)
        }
    }
}
