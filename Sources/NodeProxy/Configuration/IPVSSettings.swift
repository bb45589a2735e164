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
            scheduler: try Self.scheduler(settings),
            excludedNetworks: ipvs.excludeCIDRs.compactMap { IPNetwork($0) }, usesStrictARP: ipvs.strictARP,
            timeouts: ConnectionTimeouts(
                tcp: try Self.seconds(ipvs.tcpTimeout, settings, field: "tcpTimeout"),
                tcpFin: try Self.seconds(ipvs.tcpFinTimeout, settings, field: "tcpFinTimeout"),
                udp: try Self.seconds(ipvs.udpTimeout, settings, field: "udpTimeout")),
            syncPeriod: ipvs.syncPeriod)
    }

    private static func scheduler(_ settings: KubeProxyConfiguration) throws(ProxyError) -> Scheduler {
        let name = settings.ipvs.scheduler
        if name.isEmpty { return .roundRobin }
        guard let scheduler = Scheduler(option: name) else {
            throw ProxyError(
                settings, field: "ipvs.scheduler",
                "is “\(name)”, which is no scheduler; use one of \(Scheduler.knownNames.joined(separator: ", ")), "
                    + "with flags as in sh,sh-port")
        }
        return scheduler
    }

    private static func seconds(
        _ duration: Duration, _ settings: KubeProxyConfiguration, field: String
    ) throws(ProxyError) -> UInt32 {
        // The kernel takes whole seconds, up to the number whose clock ticks fit 31 bits.
        guard duration == .zero || (.seconds(1)...Duration.seconds(2_000_000)).contains(duration) else {
            throw ProxyError(
                settings, field: "ipvs.\(field)",
                "is \(duration.goText); write 0s or a duration from 1s to 555h, such as 15m")
        }
        return UInt32(duration.components.seconds)
    }
}
