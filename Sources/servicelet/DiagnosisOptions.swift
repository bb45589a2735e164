import ArgumentParser
import Diagnosis
import NodeDiagnosis

/// The source of objects, and the node; by default those of the running proxy.
struct DiagnosisOptions: ParsableArguments {
    enum Output: String, ExpressibleByArgument, CaseIterable {
        case text, json
    }

    @Option(help: "A folder of YAML and JSON manifests, or one file, instead of a cluster.")
    var manifests: String?

    @Option(help: "The kubeconfig file with the API server's address and credentials.")
    var kubeconfig: String?

    @Option(help: "The URL of the API server; overrides the one in the kubeconfig.")
    var master: String?

    @Option(help: "How the kernel is programmed: nftables, iptables or ipvs.")
    var proxyMode: String?

    @Option(help: "The name of this machine's Node, where it is not the host name.")
    var hostnameOverride: String?

    @Option(help: "The networks of the pods, such as 10.244.0.0/16,fd00:10:244::/48.")
    var clusterCidr: String?

    @Option(name: .shortAndLong, help: "How to print the answer: text or json.")
    var output = Output.text

    @OptionGroup var logging: LoggingOptions

    var settings: DiagnosisSettings {
        var settings = DiagnosisSettings()
        settings.manifests = manifests
        settings.kubeconfig = kubeconfig
        settings.master = master
        settings.proxyMode = proxyMode
        settings.hostname = hostnameOverride
        settings.clusterCIDR = clusterCidr
        return settings
    }
}
