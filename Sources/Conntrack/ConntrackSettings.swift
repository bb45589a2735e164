import Glibc
package import Netlink

/// Connection tracking settings in the calling thread's network namespace.
package enum ConntrackSettings {
    /// Treats TCP packets outside a connection's window as part of it rather than invalid
    /// (`net.netfilter.nf_conntrack_tcp_be_liberal`, `--conntrack-tcp-be-liberal`). The setting outlives the process.
    package static func acceptPacketsOutsideWindow() throws(NetlinkError) {
        let path = "/proc/sys/net/netfilter/nf_conntrack_tcp_be_liberal"
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw NetlinkError(operation: "open \(path)", errno: errno) }
        defer { close(descriptor) }
        var current: UInt8 = 0
        // In some containers the file is read-only, but may already hold the right value.
        if read(descriptor, &current, 1) == 1, current == UInt8(ascii: "1") { return }
        guard pwrite(descriptor, "1", 1, 0) == 1 else {
            throw NetlinkError(operation: "write 1 to \(path)", errno: errno)
        }
    }
}
