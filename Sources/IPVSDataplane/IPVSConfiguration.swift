package import Dataplane
package import IPVS
package import InternetAddresses

/// The operator's settings for ipvs mode; the defaults are those of `KubeProxyConfiguration`.
package struct IPVSConfiguration: Sendable, Hashable {
    package var dataplane: DataplaneConfiguration
    /// Whether all connections to clusterIPs are masqueraded (`--masquerade-all`).
    package var masqueradesAll: Bool
    /// The bit of the packet mark that requests masquerading, 0 to 31 (`--iptables-masquerade-bit`).
    package var masqueradeBit: UInt8
    /// The scheduler of Services that do not name one (`--ipvs-scheduler`).
    package var scheduler: Scheduler
    /// Virtual servers with an address in these networks are left alone (`--ipvs-exclude-cidrs`).
    package var excludedNetworks: [IPNetwork]
    /// Whether the node answers ARP requests only for addresses of the receiving interface (`--ipvs-strict-arp`).
    package var usesStrictARP: Bool
    /// How long IPVS keeps idle connections; 0 leaves the kernel's setting (`--ipvs-tcp-timeout`,
    /// `--ipvs-tcpfin-timeout`, `--ipvs-udp-timeout`).
    package var timeouts: ConnectionTimeouts
    /// The longest time for which damage that the kernel does not announce goes unnoticed (`--ipvs-sync-period`).
    package var syncPeriod: Duration

    package init(
        dataplane: DataplaneConfiguration = DataplaneConfiguration(), masqueradesAll: Bool = false,
        masqueradeBit: UInt8 = 14, scheduler: Scheduler = .roundRobin, excludedNetworks: [IPNetwork] = [],
        usesStrictARP: Bool = false, timeouts: ConnectionTimeouts = ConnectionTimeouts(),
        syncPeriod: Duration = .seconds(30)
    ) {
        self.dataplane = dataplane
        self.masqueradesAll = masqueradesAll
        self.masqueradeBit = masqueradeBit
        self.scheduler = scheduler
        self.excludedNetworks = excludedNetworks
        self.usesStrictARP = usesStrictARP
        self.timeouts = timeouts
        self.syncPeriod = syncPeriod
    }

    /// Whether a virtual server belongs to another program.
    func excludes(_ server: VirtualServer.Key) -> Bool {
        excludedNetworks.contains { $0.contains(server.address) }
    }
}
