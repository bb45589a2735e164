import Dataplane
import Glibc

/// A kernel setting in the calling thread's network namespace.
struct Sysctl: Sendable, Hashable {
    /// With slashes: `net/ipv4/ip_forward`.
    var name: String
    var value: String
    /// Why the mode needs it.
    var reason: String

    /// The mode's settings, the same as kube-proxy's on kernels since 5.9.
    static func all(strictARP: Bool) -> [Sysctl] {
        let settings = [
            Sysctl(
                name: "net/ipv4/vs/conntrack", value: "1",
                reason: "connections of IPVS cannot be masqueraded without connection tracking"),
            Sysctl(
                name: "net/ipv4/vs/expire_nodest_conn", value: "1",
                reason: "connections to an endpoint that has gone would hang"),
            Sysctl(
                name: "net/ipv4/vs/expire_quiescent_template", value: "1",
                reason: "clients with session affinity would stay with an endpoint that drains"),
            Sysctl(name: "net/ipv4/ip_forward", value: "1", reason: "the node would not forward packets to pods"),
        ]
        let strict = [
            Sysctl(
                name: "net/ipv4/conf/all/arp_ignore", value: "1",
                reason: "strict ARP: the node would answer for addresses of Services"),
            Sysctl(
                name: "net/ipv4/conf/all/arp_announce", value: "2",
                reason: "strict ARP: the node would announce addresses of Services"),
        ]
        return strictARP ? settings + strict : settings
    }

    /// Sets it if it differs, and verifies it. Returns whether it differed.
    func ensure() throws(DataplaneError) -> Bool {
        let path = "/proc/sys/" + name
        // In some containers the file is read-only, but may already hold the right value.
        if try read(path) == value { return false }
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("cannot be written") }
        defer { close(descriptor) }
        guard write(descriptor, value, value.utf8.count) == value.utf8.count else { throw failure("cannot be written") }
        guard try read(path) == value else {
            throw DataplaneError(.refused, "the setting \(name) did not take the value \(value): \(reason)")
        }
        return true
    }

    /// Whether it has the value that the mode needs.
    func isMade() throws(DataplaneError) -> Bool { try read("/proc/sys/" + name) == value }

    private func read(_ path: String) throws(DataplaneError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("cannot be read") }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        guard count >= 0 else { throw failure("cannot be read") }
        return String(decoding: buffer.prefix(count).filter { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }

    private func failure(_ what: String) -> DataplaneError {
        let code: DataplaneError.Code = [EACCES, EPERM, EROFS].contains(errno) ? .permission : .unsupported
        return DataplaneError(
            code,
            "the setting \(name) \(what) (\(String(cString: strerror(errno)))), and must be \(value): \(reason); "
                + "run sysctl -w \(name.replacing("/", with: "."))=\(value)")
    }
}
