import Dataplane
import Glibc
import IPTables
import Netlink

extension DataplaneError {
    /// The error for the kernel's answer, in terms of its effect on Services; `what` names the attempt.
    init(_ error: NetlinkError, _ what: String) {
        let code: Code =
            switch error.errno {
            case EPERM, EACCES: .permission
            case EPROTONOSUPPORT, EAFNOSUPPORT, EOPNOTSUPP, ENOENT: .unsupported
            default: error.isTransient ? .transient : .refused
            }
        self.init(code, "ipvs: \(what): \(error)", cause: error)
    }

    /// The failure of iptables as callers of the data plane see it.
    init(_ error: IPTablesError) {
        let lacksMatch = ["missing kernel module", "Couldn't load match", "No chain/target/match by that name"]
        if lacksMatch.contains(where: error.output.contains) {
            let modules = "xt_set, xt_ipvs, xt_physdev, xt_addrtype, xt_comment, xt_conntrack, xt_mark"
            self.init(
                .unsupported,
                "\(error.message); the mode ipvs needs the kernel modules \(modules): load them with modprobe",
                cause: error)
            return
        }
        let code: Code =
            switch error.code {
            case .notInstalled, .unsupported: .unsupported
            case .permission: .permission
            case .transient: .transient
            }
        self.init(code, error.message, cause: error)
    }

    /// Runs `body` and throws its error as a data plane's.
    static func wrapping<Value: ~Copyable>(
        _ what: String, _ body: () throws(NetlinkError) -> Value
    ) throws(DataplaneError) -> Value {
        do throws(NetlinkError) { return try body() } catch { throw DataplaneError(error, what) }
    }

    /// Runs `body` and throws its error as a data plane's.
    static func wrapping<Value>(_ body: () throws(IPTablesError) -> Value) throws(DataplaneError) -> Value {
        do throws(IPTablesError) { return try body() } catch { throw DataplaneError(error) }
    }
}
