/// The configuration of kube-proxy: `KubeProxyConfiguration` of `kubeproxy.config.k8s.io/v1alpha1`, and in ``command``
/// the settings that only flags have.
///
/// Each property has a row in ``Setting/all``, which documents it: flag, field, default, checks and effect. Values are
/// Go's zero values until ``init()`` sets the defaults.
package struct KubeProxyConfiguration: Sendable, Hashable {
    package var featureGates: [String: Bool] = [:]
    package var clientConnection = ClientConnection()
    package var logging = Logging()
    package var hostnameOverride = ""
    package var bindAddress = ""
    package var healthzBindAddress = ""
    package var metricsBindAddress = ""
    package var bindAddressHardFail = false
    package var enableProfiling = false
    package var showHiddenMetricsForVersion = ""
    /// `iptables`, `ipvs`, `nftables`, or empty for the caller's default.
    package var mode = ""
    package var iptables = IPTables()
    package var ipvs = IPVS()
    package var nftables = NFTables()
    package var winkernel = Winkernel()
    package var detectLocalMode = ""
    package var detectLocal = DetectLocal()
    package var clusterCIDR = ""
    package var nodePortAddresses: [String] = []
    package var oomScoreAdj = 0
    package var conntrack = Conntrack()
    package var configSyncPeriod = Duration.zero
    package var portRange = ""
    package var windowsRunAsService = false
    package var command = Command()

    private init(zero: Void) {}

    /// The defaults of the configuration file.
    package init() {
        self.init(zero: ())
        for setting in Setting.all { setting.setDefault(&self) }
    }

    /// The defaults of the flags, a few of which differ from the file's.
    static var ofFlags: Self {
        var configuration = Self()
        for setting in Setting.all { setting.setFlagDefault(&configuration) }
        return configuration
    }
}

extension KubeProxyConfiguration {
    package struct ClientConnection: Sendable, Hashable {
        package var kubeconfig = ""
        package var acceptContentTypes = ""
        package var contentType = ""
        package var qps = 0.0
        package var burst = 0
    }

    package struct Logging: Sendable, Hashable {
        package struct Stream: Sendable, Hashable {
            package var splitStream = false
            package var infoBufferSize = ByteQuantity()
        }

        package var format = ""
        package var flushFrequency = FlushFrequency()
        package var verbosity = 0
        package var vmodule = FileVerbosities()
        package var text = Stream()
        package var json = Stream()
    }

    package struct IPTables: Sendable, Hashable {
        package var masqueradeBit = 0
        package var masqueradeAll = false
        package var localhostNodePorts = false
        package var syncPeriod = Duration.zero
        package var minSyncPeriod = Duration.zero
    }

    package struct IPVS: Sendable, Hashable {
        package var syncPeriod = Duration.zero
        package var minSyncPeriod = Duration.zero
        package var scheduler = ""
        package var excludeCIDRs: [String] = []
        package var strictARP = false
        package var tcpTimeout = Duration.zero
        package var tcpFinTimeout = Duration.zero
        package var udpTimeout = Duration.zero
    }

    package struct NFTables: Sendable, Hashable {
        package var masqueradeBit = 0
        package var masqueradeAll = false
        package var syncPeriod = Duration.zero
        package var minSyncPeriod = Duration.zero
    }

    package struct Winkernel: Sendable, Hashable {
        package var networkName = ""
        package var sourceVip = ""
        package var enableDSR = false
        package var rootHnsEndpointName = ""
        package var forwardHealthCheckVip = false
    }

    package struct DetectLocal: Sendable, Hashable {
        package var bridgeInterface = ""
        package var interfaceNamePrefix = ""
    }

    package struct Conntrack: Sendable, Hashable {
        package var maxPerCore = 0
        package var min = 0
        package var tcpEstablishedTimeout = Duration.zero
        package var tcpCloseWaitTimeout = Duration.zero
        package var tcpBeLiberal = false
        package var udpTimeout = Duration.zero
        package var udpStreamTimeout = Duration.zero
    }

    /// Settings with a flag but no field.
    package struct Command: Sendable, Hashable {
        package var config = ""
        package var writeConfigTo = ""
        package var cleanup = false
        package var initOnly = false
        package var master = ""
        package var manifests = ""
        package var userspaceReach = ""
        package var userspaceDrainTimeout = Duration.zero
        package var countConnections = false
        package var healthzPort = 0
        package var metricsPort = 0
        package var bootIDFile = ""
        package var machineIDFile = ""
        package var version = VersionRequest.none
        package var help = false
    }
}
