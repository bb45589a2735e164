import Diagnosis
import Glibc
import InternetAddresses
import Netlink

/// The part of a trace that passes rules of iptables' legacy back end, of one IP family.
///
/// The kernel reports it to the logger that an administrator chose for the family. This program does not choose one:
/// that would change the node for others, and nobody would undo it after a kill.
struct LegacyTrace: ~Copyable {
    private let family: IPFamily
    /// The tables that the kernel has loaded.
    private let tables: [String]
    private let logger: String
    private var tracing: LegacyTracing?
    private var failure: NetlinkError?

    /// Listens where that is possible. Reads /proc.
    init(_ family: IPFamily) {
        self.family = family
        let file = family == .ipv4 ? "ip_tables_names" : "ip6_tables_names"
        tables = (SystemFile.text("/proc/thread-self/net/\(file)") ?? "").split(separator: "\n").map(String.init)
            .sorted()
        logger = Self.logger(family)
        guard !tables.isEmpty, logger == LegacyTracing.logger else { return }
        do throws(NetlinkError) { tracing = try LegacyTracing() } catch { failure = error }
    }

    private static func setting(_ family: IPFamily) -> String {
        "net.netfilter.nf_log.\(family == .ipv4 ? AF_INET : AF_INET6)"
    }

    private static func logger(_ family: IPFamily) -> String {
        let path = "/proc/sys/" + setting(family).replacing(".", with: "/")
        return (SystemFile.text(path) ?? "").split(separator: "\n").first.map(String.init) ?? ""
    }

    /// All steps of a packet in order, and what could not be seen. `steps` are those through nf_tables; `nil` in place
    /// of those that are not shown.
    mutating func joined(
        with steps: [PacketTrace.Step?], packet: UInt32?
    ) -> (steps: [PacketTrace.Step], unseen: String) {
        guard !tables.isEmpty else { return (steps.compactMap(\.self), "") }
        guard tracing != nil, let packet else { return (steps.compactMap(\.self), note) }
        do throws(NetlinkError) {
            let events = try tracing?.events() ?? []
            var texts = LegacyTexts(family)
            return (Self.order(events, steps, packet) { texts.step($0) }, "")
        } catch {
            failure = error
            return (steps.compactMap(\.self), note)
        }
    }

    /// Puts the steps through both into the order in which the kernel reported them.
    static func order(
        _ events: [LegacyTracing.Event], _ steps: [PacketTrace.Step?], _ packet: UInt32,
        _ text: (LegacyStep) -> PacketTrace.Step
    ) -> [PacketTrace.Step] {
        let identity = events.lazy.compactMap { event in
            if case .headers(packet, let identity) = event { identity } else { nil }
        }.first
        var rest = steps[...]
        var all: [PacketTrace.Step] = []
        for event in events {
            switch event {
            case .headers: break
            case .nftables(packet, let table):
                // The table that marks packets is not shown.
                guard table != "servicelet-trace", let step = rest.popFirst() else { continue }
                if let step { all.append(step) }
            case .nftables: break
            case .legacy(let step, let seen):
                if seen == identity { all.append(text(step)) }
            }
        }
        return all + rest.compactMap(\.self)
    }

    /// What is not seen, and how to see it.
    private var note: String {
        let tables = "rules of iptables' legacy back end are not shown (tables \(tables.joined(separator: ", ")))"
        let setting = Self.setting(family)
        if let failure {
            return "\(tables): another program receives what the kernel logs (group 0 of \(LegacyTracing.logger): "
                + "\(failure)); stop it, probably ulogd, for the trace"
        }
        if logger == LegacyTracing.logger { return "\(tables): no packet passed" }
        let change =
            "modprobe \(LegacyTracing.logger); sysctl \(setting)=\(LegacyTracing.logger); trace again; "
            + "sysctl \(setting)=\(logger.isEmpty ? "NONE" : logger)"
        let log = logger.hasPrefix("nf_log_ip") ? "; or read the lines TRACE: in the kernel's log (dmesg)" : ""
        return "\(tables). To see them: \(change)\(log)"
    }
}
