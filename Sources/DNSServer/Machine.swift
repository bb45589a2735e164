import DaemonKit
import Glibc
import InternetAddresses

extension Machine {
    static var processorCount: Int { max(1, sysconf(CInt(_SC_NPROCESSORS_ONLN))) }

    /// The addresses at which others reach this machine: neither loopback nor link-local.
    static func reachableAddresses() throws(DaemonError) -> [IPAddress] {
        try addresses().filter { !$0.isLoopback && !$0.isLinkLocal }
    }
}
