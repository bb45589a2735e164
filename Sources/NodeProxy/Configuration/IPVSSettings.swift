package import IPVS
import IPVSDataplane
package import InternetAddresses
import KubeProxyConfig

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

extension IPVSSettings {
    /// What the operator has set for ipvs mode; the defaults in the other modes, where nothing of it is checked.
    init(_ settings: KubeProxyConfiguration, _ mode: ProxyMode) throws(ProxyError) {
        guard mode == .ipvs else {
            self.init()
            return
        }
        let ipvs = settings.ipvs
        self.init(
            scheduler: try Self.scheduler(ipvs.scheduler),
            excludedNetworks: ipvs.excludeCIDRs.compactMap { IPNetwork($0) }, usesStrictARP: ipvs.strictARP,
            timeouts: ConnectionTimeouts(
                tcp: try Self.seconds(ipvs.tcpTimeout, field: "tcpTimeout"),
                tcpFin: try Self.seconds(ipvs.tcpFinTimeout, field: "tcpFinTimeout"),
                udp: try Self.seconds(ipvs.udpTimeout, field: "udpTimeout")),
            syncPeriod: ipvs.syncPeriod)
    }

    private static func scheduler(_ name: String) throws(ProxyError) -> Scheduler {
        if name.isEmpty { return .roundRobin }
        guard let scheduler = Scheduler(option: name) else {
            throw ProxyError(
                .invalidOption,
                "ipvs.scheduler: there is no scheduler “\(name)”; use one of "
                    + "\(Scheduler.knownNames.joined(separator: ", ")), with flags as in sh,sh-port")
        }
        return scheduler
    }

    private static func seconds(_ duration: Duration, field: String) throws(ProxyError) -> UInt32 {
        // The kernel counts whole seconds, up to the number of its clock ticks that 31 bits can say.
        guard duration == .zero || (.seconds(1)...Duration.seconds(2_000_000)).contains(duration) else {
            throw ProxyError(
                .invalidOption, "ipvs.\(field): “\(duration.goText)” is not between 1s and 555h; write, say, 15m")
        }
        return UInt32(duration.components.seconds)
    }
}
