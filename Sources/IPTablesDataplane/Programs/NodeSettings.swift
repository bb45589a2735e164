import Conntrack
import Dataplane
import Glibc
import Netlink

/// Kernel settings that the mode needs, in the calling thread's network namespace.
enum NodeSettings {
    /// Lets the kernel route packets with loopback addresses, so that node ports work on 127.0.0.1.
    static func allowLocalhostRouting() throws(DataplaneError) {
        let path = "/proc/sys/net/ipv4/conf/all/route_localnet"
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        var current: UInt8 = 0
        // In some containers the file is read-only, but may already hold the right value.
        if read(descriptor, &current, 1) == 1, current == UInt8(ascii: "1") { return }
        guard pwrite(descriptor, "1", 1, 0) == 1 else { throw failure(path) }
    }

    /// Makes conntrack treat TCP packets outside a connection's window as part of it.
    static func acceptPacketsOutsideWindow() throws(DataplaneError) {
        do throws(NetlinkError) { try ConntrackSettings.acceptPacketsOutsideWindow() } catch {
            let isPermission = [EACCES, EPERM, EROFS].contains(error.errno)
            throw DataplaneError(
                isPermission ? .permission : .transient,
                "--conntrack-tcp-be-liberal: cannot \(error); set it yourself, or omit the flag", cause: error)
        }
    }

    private static func failure(_ path: String) -> DataplaneError {
        DataplaneError(
            errno == EACCES || errno == EPERM || errno == EROFS ? .permission : .transient,
            "cannot write 1 to \(path), which node ports on 127.0.0.1 need: \(String(cString: strerror(errno))); "
                + "set it, or use --iptables-localhost-nodeports=false")
    }
}
