/// The operator's limits and timeouts of connection tracking: the section `conntrack` of KubeProxyConfiguration.
package struct ConntrackLimits: Sendable, Hashable {
    /// Tracked connections for each CPU; 0 leaves the limit as it is.
    package var maxPerCore: Int
    /// The minimum limit if ``maxPerCore`` is not 0.
    package var min: Int
    /// Timeouts, in whole seconds; zero leaves them as they are.
    package var tcpEstablishedTimeout: Duration
    package var tcpCloseWaitTimeout: Duration
    package var udpTimeout: Duration
    package var udpStreamTimeout: Duration
    /// Whether TCP packets outside a connection's window count as part of it.
    package var tcpBeLiberal: Bool

    package init(
        maxPerCore: Int = 0, min: Int = 0, tcpEstablishedTimeout: Duration = .zero,
        tcpCloseWaitTimeout: Duration = .zero, udpTimeout: Duration = .zero, udpStreamTimeout: Duration = .zero,
        tcpBeLiberal: Bool = false
    ) {
        self.maxPerCore = maxPerCore
        self.min = min
        self.tcpEstablishedTimeout = tcpEstablishedTimeout
        self.tcpCloseWaitTimeout = tcpCloseWaitTimeout
        self.udpTimeout = udpTimeout
        self.udpStreamTimeout = udpStreamTimeout
        self.tcpBeLiberal = tcpBeLiberal
    }

    /// The limit on a machine with this many CPUs; `nil` to leave it as it is.
    package func maximum(cores: Int) -> Int? {
        guard maxPerCore > 0 else { return nil }
        let (scaled, overflow) = maxPerCore.multipliedReportingOverflow(by: cores)
        return overflow ? .max : Swift.max(scaled, min)
    }

    /// The sysctls below net.netfilter with their target values, in kube-proxy's order; the limit is separate.
    var sysctls: [(name: String, value: Int)] {
        var sysctls: [(name: String, value: Int)] = []
        func timeout(_ name: String, _ duration: Duration) {
            if duration > .zero { sysctls.append((name, Int(duration.components.seconds))) }
        }
        timeout("nf_conntrack_tcp_timeout_established", tcpEstablishedTimeout)
        timeout("nf_conntrack_tcp_timeout_close_wait", tcpCloseWaitTimeout)
        if tcpBeLiberal { sysctls.append(("nf_conntrack_tcp_be_liberal", 1)) }
        timeout("nf_conntrack_udp_timeout", udpTimeout)
        timeout("nf_conntrack_udp_timeout_stream", udpStreamTimeout)
        return sysctls
    }
}
