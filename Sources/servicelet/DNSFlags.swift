import APIServer
import ArgumentParser
import DNSServer
import DaemonKit
import InternetAddresses

/// The DNS server of `servicelet run`.
struct DNSFlags: ParsableArguments {
    @Option(
        help: """
            Where to answer DNS queries: IP addresses, separated by commas; "" for nowhere. Those that are not \
            loopback are made the endpoints of the Service kube-system/kube-dns.
            """)
    var dnsBindAddress = "127.0.0.1"

    @Option(help: "The port for DNS queries, over UDP and TCP.")
    var dnsPort: UInt16 = 53

    @Option(help: "The domain of the cluster.")
    var clusterDomain = "cluster.local"

    @Option(
        help: """
            The servers to forward other questions to, separated by commas: ADDRESS[:PORT], \
            tls://ADDRESS[:PORT][%NAME], or a file.
            """)
    var dnsForward = "/etc/resolv.conf"

    @Option(help: "How many seconds at most to keep answers of other servers; 0 for not at all.")
    var dnsCache: UInt32 = 30

    @Option(help: "Where to serve the metrics of the DNS server; \"\" for nowhere.")
    var dnsMetricsBindAddress = ""

    /// The configuration from the flags; `nil` for no DNS server.
    var options: DNSOptions? {
        let addresses = dnsBindAddress.split(separator: ",").map(String.init)
        guard !addresses.isEmpty else { return nil }
        var options = DNSOptions()
        options.bindAddresses = addresses
        options.port = dnsPort
        options.clusterDomain = clusterDomain
        options.forward = dnsForward.isEmpty ? [] : [dnsForward]
        options.cache = dnsCache
        options.flagPrefix = "--dns-"
        options.healthAddress = ""
        options.readyAddress = ""
        options.metricsAddress = dnsMetricsBindAddress
        return options
    }

    /// The address at which Pods reach the server; `nil` if they cannot.
    func endpoints() throws -> DNSEndpoints? {
        let bound = dnsBindAddress.split(separator: ",").compactMap { IPAddress(String($0)) }
        let open = bound.filter(\.isUnspecified)
        var addresses = bound.filter { !$0.isUnspecified && !$0.isLoopback && !$0.isLinkLocal }
        for family in IPFamily.allCases where open.contains(where: { $0.family == family || $0.family == .ipv6 }) {
            let own = try Machine.addresses().first { $0.family == family && !$0.isLoopback && !$0.isLinkLocal }
            addresses += own.map { [$0] } ?? []
        }
        return addresses.isEmpty ? nil : DNSEndpoints(addresses: addresses, port: dnsPort)
    }
}
