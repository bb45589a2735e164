import CLinux
import DaemonKit
import Glibc
import Logging
import Synchronization

/// Delays `/healthz` until the node can use its IPv6 addresses.
///
/// For a second or two after a link comes up the kernel checks whether another machine has its address (duplicate
/// address detection, RFC 4862), and neither sends nor answers from it meanwhile. A load balancer that reads "healthy"
/// in that time loses its first connections.
struct AddressReadiness<Time: Clock>: Sendable where Time.Duration == Duration {
    let status: ProxyStatus
    let clock: Time
    let logger: Logger
    /// Whether an address of this machine is still being checked.
    var isAnyTentative: @Sendable () -> Bool = { Machine.hasTentativeAddresses() }

    /// Longer than detection takes with the kernel's default of one probe.
    private static var patience: Duration { .seconds(5) }

    /// Ends as soon as the addresses can be used, and after ``patience`` in any case: an unimportant address must not
    /// keep a node from serving.
    func run() async throws {
        let deadline = clock.now.advanced(by: Self.patience)
        while isAnyTentative() {
            guard clock.now < deadline else {
                logger.warning("some of this machine's IPv6 addresses are still tentative: see `ip -6 addr`")
                break
            }
            try await clock.sleep(for: .milliseconds(50))
        }
        status.health.withLock { $0.areAddressesUsable = true }
    }
}

extension Machine {
    /// Whether the kernel is still looking for duplicates of one of the machine's IPv6 addresses (`IFA_F_TENTATIVE`
    /// without `IFA_F_DADFAILED`, in the fifth column of /proc/net/if_inet6). False if there is no IPv6.
    static func hasTentativeAddresses() -> Bool {
        guard let file = fopen("/proc/net/if_inet6", "re") else { return false }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let columns = text.split(separator: " ")
            guard columns.count >= 5, let flags = UInt32(columns[4], radix: 16) else { continue }
            if flags & UInt32(IFA_F_TENTATIVE) != 0, flags & UInt32(IFA_F_DADFAILED) == 0 { return true }
        }
        return false
    }
}
