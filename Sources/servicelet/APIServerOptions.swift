import APIServer
import ArgumentParser

/// The API server's data directory, addresses and ranges; the names are kube-apiserver's.
struct APIServerOptions: ParsableArguments {
    @Option(help: "Holds everything: the store, certificates and keys, and admin.kubeconfig.")
    var dataDir = "/var/lib/servicelet"

    @Option(help: "The address to serve at; 0.0.0.0 or :: for all of this machine.")
    var bindAddress = "127.0.0.1"

    @Option(help: "The port to serve at.")
    var securePort = 6443

    @Option(help: "The networks of cluster IPs: one, or two of different families; the first is the default.")
    var serviceClusterIpRange = "10.96.0.0/12,fd00:10:96::/112"

    @Option(help: "The range of node ports.")
    var serviceNodePortRange = "30000-32767"

    func configuration() throws -> APIServerConfiguration {
        var configuration = try APIServerConfiguration(
            serviceRange: serviceClusterIpRange, nodePorts: serviceNodePortRange)
        configuration.dataDirectory = dataDir
        configuration.bindAddress = bindAddress
        configuration.port = securePort
        return configuration
    }
}
