import DaemonKit
import InternetAddresses

extension KubeProxyConfiguration {
    /// Fills in values that depend on others.
    mutating func complete(emptyMode: String) {
        if mode.isEmpty { mode = emptyMode }
        if detectLocalMode.isEmpty { detectLocalMode = "ClusterCIDR" }
        let isIPv6 = IPAddress(bindAddress)?.family == .ipv6
        if isIPv6, healthzBindAddress == "0.0.0.0:10256" { healthzBindAddress = "[::]:10256" }
        if isIPv6, metricsBindAddress == "127.0.0.1:10249" { metricsBindAddress = "[::1]:10249" }
        healthzBindAddress = Self.withPort(healthzBindAddress, command.healthzPort)
        metricsBindAddress = Self.withPort(metricsBindAddress, command.metricsPort)
    }

    /// An address without a port gets the default.
    private static func withPort(_ text: String, _ port: Int) -> String {
        guard let address = IPAddress(text), let port = UInt16(exactly: port) else { return text }
        return "\(ListenAddress(address: address, port: port))"
    }

    /// Checks each value, and combinations of values, as kube-proxy does.
    ///
    /// `file` is the name of the values' file; `nil` if they are from flags.
    func validate(file: String?) throws(ConfigurationError) {
        func problem(_ field: String, _ text: String) -> ConfigurationError {
            let flag = Setting.all.first { $0.field == field || $0.flag == field }?.flag
            return ConfigurationError(
                .invalid, file.map { "\($0): \(field) \(text)" } ?? "\(flag.map { "--\($0)" } ?? field) \(text)")
        }
        for setting in Setting.all where setting.mode == nil || setting.mode == mode {
            if setting.effect == .windowsOnly, !setting.isZero(self) {
                throw problem(setting.name, "is for Windows, and this is Linux; remove it")
            }
            if let text = setting.check(self) { throw problem(setting.field ?? setting.flag ?? "", text) }
        }
        for (field, text, port) in [
            ("healthzBindAddress", healthzBindAddress, 10256), ("metricsBindAddress", metricsBindAddress, 10249),
        ] where !text.isEmpty && ListenAddress(text, defaultPort: 0).map({ $0.port == 0 }) ?? true {
            throw problem(field, "is “\(text)”; write an address and port such as 0.0.0.0:\(port) or [::]:\(port)")
        }
        let periods = periodsInUse
        if periods.min > periods.sync {
            throw problem(
                "\(mode).minSyncPeriod",
                "is \(periods.min.goText), which is more than \(mode).syncPeriod, \(periods.sync.goText); write a "
                    + "shorter one"
            )
        }
        switch detectLocalMode {
        case "BridgeInterface" where detectLocal.bridgeInterface.isEmpty:
            throw problem("detectLocal.bridgeInterface", "is empty; name the pods' bridge, such as cni0")
        case "InterfaceNamePrefix" where detectLocal.interfaceNamePrefix.isEmpty:
            throw problem(
                "detectLocal.interfaceNamePrefix", "is empty; write how the pods' interfaces begin, such as veth")
        default: break
        }
    }

    /// The sync periods of the mode in use.
    package var periodsInUse: (sync: Duration, min: Duration) {
        switch mode {
        case "iptables": (iptables.syncPeriod, iptables.minSyncPeriod)
        case "ipvs": (ipvs.syncPeriod, ipvs.minSyncPeriod)
        default: (nftables.syncPeriod, nftables.minSyncPeriod)
        }
    }

    /// Settings without effect, with the reason.
    func idleSettings(isFile: Bool) -> [String] {
        let defaults = isFile ? Self() : Self.ofFlags
        var remarks: [String] = []
        if nodePortAddresses.contains("localhost"), ["nftables", "ipvs"].contains(mode) {
            remarks.append(
                "\(isFile ? "nodePortAddresses" : "--nodeport-addresses"): localhost has no effect in \(mode) mode, "
                    + "where no node port is open on loopback addresses")
        }
        return remarks
            + Setting.all.compactMap { setting in
                guard case .withoutEffect(let why) = setting.effect, setting.mode == nil || setting.mode == mode,
                    setting.flagText(self) != setting.flagText(defaults)
                else { return nil }
                return "\(isFile ? setting.name : setting.flag.map { "--\($0)" } ?? setting.name) has no effect: \(why)"
            }
    }
}
