import Glibc
package import Netlink

/// Settings of connection tracking in the calling thread's network namespace.
package enum ConntrackSettings {
    /// Has TCP packets outside a connection's window count as part of it instead of as invalid
    /// (`net.netfilter.nf_conntrack_tcp_be_liberal`, `--conntrack-tcp-be-liberal`). Stays after the process has ended.
    package static func acceptPacketsOutsideWindow() throws(NetlinkError) {
        let path = "/proc/sys/net/netfilter/nf_conntrack_tcp_be_liberal"
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw NetlinkError(operation: "open \(path)", errno: errno) }
        defer { close(descriptor) }
        var current: UInt8 = 0
        // It may be set already in a file that cannot be written, as in some containers.
        if read(descriptor, &current, 1) == 1, current == UInt8(ascii: "1") { return }
        guard pwrite(descriptor, "1", 1, 0) == 1 else {
            throw NetlinkError(operation: "write 1 to \(path)", errno: errno)
        }
    }
}
