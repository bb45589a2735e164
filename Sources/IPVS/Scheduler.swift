import CLinux

/// How a virtual server spreads connections over its real servers, as `ipvsadm --scheduler` names it.
package struct Scheduler: Sendable, Hashable {
    /// `rr`, `wrr`, `lc`, `wlc`, `sh`, `dh`, `sed`, `nq`, `lblc`, `lblcr` or `mh`; the kernel may have others.
    package var name: String
    /// Its flags.
    package var flags: Flags

    /// Flags that only some schedulers use.
    package struct Flags: OptionSet, Sendable, Hashable {
        package let rawValue: UInt32
        package init(rawValue: UInt32) { self.rawValue = rawValue }

        /// `sh-fallback`, `mh-fallback`: a client whose server is out of service gets another one.
        package static let fallback = Flags(rawValue: UInt32(IP_VS_SVC_F_SCHED1))
        /// `sh-port`, `mh-port`: the client's port counts as well as its address.
        package static let port = Flags(rawValue: UInt32(IP_VS_SVC_F_SCHED2))

        /// All flags of schedulers.
        static let all: Flags = [.fallback, .port, Flags(rawValue: UInt32(IP_VS_SVC_F_SCHED3))]
    }

    package init(_ name: String, flags: Flags = []) {
        self.name = name
        self.flags = flags
    }

    package static let roundRobin = Scheduler("rr")

    /// The kernel module, which the kernel loads when a virtual server needs it.
    package var module: String { "ip_vs_" + name }
}

extension Scheduler: CustomStringConvertible {
    /// As `ipvsadm` takes it: `rr`, or `mh -b mh-port`.
    package var description: String {
        let named: [(Flags, String)] = [(.fallback, "fallback"), (.port, "port")]
        let names = named.filter { flags.contains($0.0) }.map { "\(name)-\($0.1)" }
        return names.isEmpty ? name : "\(name) -b \(names.joined(separator: ","))"
    }
}
