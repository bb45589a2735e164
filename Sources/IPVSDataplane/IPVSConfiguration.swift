package import Dataplane
package import IPVS
package import InternetAddresses

/// What the operator has settled for the mode `ipvs`; the defaults are those of `KubeProxyConfiguration`.
package struct IPVSConfiguration: Sendable, Hashable {
    package var dataplane: DataplaneConfiguration
    /// Whether connections to clusterIPs are masqueraded whoever makes them (`--masquerade-all`).
    package var masqueradesAll: Bool
    /// Which bit of the packet mark asks for masquerading, 0 to 31 (`--iptables-masquerade-bit`).
    package var masqueradeBit: UInt8
    /// How Services spread connections that do not name a scheduler of their own (`--ipvs-scheduler`).
    package var scheduler: Scheduler
    /// Virtual servers with an address in these networks are somebody else's (`--ipvs-exclude-cidrs`).
    package var excludedNetworks: [IPNetwork]
    /// Whether the node answers ARP requests only for addresses of the interface that is asked (`--ipvs-strict-arp`).
    package var usesStrictARP: Bool
    /// For how long IPVS keeps idle connections; 0 leaves what the kernel has (`--ipvs-tcp-timeout`,
    /// `--ipvs-tcpfin-timeout`, `--ipvs-udp-timeout`).
    package var timeouts: ConnectionTimeouts
    /// The longest time that damage goes unnoticed of which the kernel does not tell (`--ipvs-sync-period`).
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

    /// Whether a virtual server is somebody else's.
    func excludes(_ server: VirtualServer.Key) -> Bool {
        excludedNetworks.contains { $0.contains(server.address) }
    }
}
