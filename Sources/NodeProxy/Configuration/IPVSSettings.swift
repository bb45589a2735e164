package import IPVS
import IPVSDataplane
package import InternetAddresses
import KubeProxyConfig

/// The settings of ipvs mode.
package struct IPVSSettings: Sendable, Hashable {
    /// The scheduler of Services that do not name one.
    package var scheduler: Scheduler
    /// Virtual servers with an address in these networks are left alone.
    package var excludedNetworks: [IPNetwork]
    /// Whether the node answers ARP requests only for addresses of the receiving interface.
    package var usesStrictARP: Bool
    /// How long IPVS keeps idle connections, in seconds; 0 leaves the kernel's setting.
    package var timeouts: ConnectionTimeouts
    /// The longest time for which damage that the kernel does not announce goes unnoticed.
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
    /// The operator's settings for ipvs mode; unchecked defaults in other modes.
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
        // The kernel takes whole seconds, up to the number whose clock ticks fit 31 bits.
        guard duration == .zero || (.seconds(1)...Duration.seconds(2_000_000)).contains(duration) else {
            throw ProxyError(
                .invalidOption, "ipvs.\(field): “\(duration.goText)” is not between 1s and 555h; write, say, 15m")
        }
        return UInt32(duration.components.seconds)
    }
}
