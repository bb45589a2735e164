package import IPVS
import IPVSDataplane
package import InternetAddresses

/// What the mode `ipvs` alone is told.
package struct IPVSSettings: Sendable, Hashable {
    /// How Services spread connections that do not name a scheduler of their own.
    package var scheduler: Scheduler
    /// Virtual servers with an address in these networks are somebody else's.
    package var excludedNetworks: [IPNetwork]
    /// Whether the node answers ARP requests only for addresses of the interface that is asked.
    package var usesStrictARP: Bool
    /// For how long IPVS keeps idle connections, in seconds; 0 leaves what the kernel has.
    package var timeouts: ConnectionTimeouts
    /// The longest time that damage goes unnoticed of which the kernel does not tell.
    package var syncPeriod: Duration

    package init(
        scheduler: Scheduler = .roundRobin, excludedNetworks: [IPNetwork] = [], usesStrictARP: Bool = false,
        timeouts: ConnectionTimeouts = ConnectionTimeouts(), syncPeriod: Duration = .seconds(30)
    ) {
        self.scheduler = scheduler
        self.excludedNetworks = excludedNetworks
        self.usesStrictARP = usesStrictARP
        self.timeouts = timeouts
        self.syncPeriod = syncPeriod
    }
}

extension ProxyOptions {
    func readIPVSSettings() throws(ProxyError) -> IPVSSettings {
        let period = try readDuration(ipvsSyncPeriod, flag: "--ipvs-sync-period")
        guard period > .zero else {
            throw ProxyError(.invalidOption, "--ipvs-sync-period: “\(ipvsSyncPeriod)” is not above 0; write, say, 30s")
        }
        return IPVSSettings(
            scheduler: try readScheduler(),
            excludedNetworks: try readNetworks(
                ipvsExcludeCIDRs, flag: "--ipvs-exclude-cidrs", what: "networks", example: "192.0.2.0/24"),
            usesStrictARP: ipvsStrictARP,
            timeouts: ConnectionTimeouts(
                tcp: try readSeconds(ipvsTCPTimeout, flag: "--ipvs-tcp-timeout"),
                tcpFin: try readSeconds(ipvsTCPFINTimeout, flag: "--ipvs-tcpfin-timeout"),
                udp: try readSeconds(ipvsUDPTimeout, flag: "--ipvs-udp-timeout")),
            syncPeriod: period)
    }

    private func readScheduler() throws(ProxyError) -> Scheduler {
        if ipvsScheduler.isEmpty { return .roundRobin }
        guard let scheduler = Scheduler(option: ipvsScheduler) else {
            throw ProxyError(
                .invalidOption,
                "--ipvs-scheduler: there is no scheduler “\(ipvsScheduler)”; use one of "
                    + "\(Scheduler.knownNames.joined(separator: ", ")), with flags as in sh,sh-port")
        }
        return scheduler
    }

    private func readSeconds(_ text: String, flag: String) throws(ProxyError) -> UInt32 {
        let duration = try readDuration(text, flag: flag)
        // The kernel counts whole seconds, up to the number of its clock ticks that 31 bits can say.
        guard duration == .zero || (.seconds(1)...Duration.seconds(2_000_000)).contains(duration) else {
            throw ProxyError(.invalidOption, "\(flag): “\(text)” is not between 1s and 555h; write, say, 15m")
        }
        return UInt32(duration.components.seconds)
    }

    /// A duration as Go writes it: `1h30m`, `500ms`, `0`.
    func readDuration(_ text: String, flag: String) throws(ProxyError) -> Duration {
        if text == "0" { return .zero }
        var rest = text[...]
        var sum = Duration.zero
        var isRead = !text.isEmpty
        while isRead, !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { !($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(unit.count)
            let seconds = ["h": 3600, "m": 60, "s": 1, "ms": 1e-3, "us": 1e-6, "ns": 1e-9][String(unit)]
            if let number = Double(digits), let seconds, number < 1e9 {
                sum += .seconds(1) * (number * seconds)
            } else {
                isRead = false
            }
        }
        guard isRead else {
            throw ProxyError(.invalidOption, "\(flag): “\(text)” is not a duration; write it like 30s or 1h30m")
        }
        return sum
    }
}
