import ArgumentParser
import DNSServer
import Foundation

struct DNSCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dns", abstract: "Answers for the names of a cluster's Services, and forwards other questions.",
        discussion: """
            Follows the Kubernetes DNS specification 1.1.0, in the place of CoreDNS. Without --manifests, --kubeconfig \
            and --master the API server is that of the Pod that the program runs in.
            """)

    @Option(
        help: """
            A Corefile that says what to do; of the other flags only --manifests and --kubeconfig then mean something, \
            in place of its kubeconfig.
            """)
    var corefile: String?

    @Option(help: "A folder of YAML and JSON manifests, or one file, instead of a cluster; edits take effect at once.")
    var manifests: String?

    @Option(help: "The kubeconfig file that says where the API server is and how to be known to it.")
    var kubeconfig: String?

    @Option(help: "The URL of the API server; takes the place of the one in the kubeconfig.")
    var master: String?

    @Option(parsing: .upToNextOption, help: "The IP addresses to listen at, over UDP and TCP. (default: all)")
    var bindAddress: [String] = []

    @Option(help: "The port to listen at.")
    var port: UInt16 = 53

    @Option(help: "The domain of the cluster.")
    var clusterDomain = "cluster.local"

    @Option(
        help: """
            Names of Pods: disabled for none, insecure for any address in any namespace, verified for those of Pods.
            """)
    var pods = "insecure"

    @Option(help: "How long clients may keep answers, in seconds.")
    var ttl: UInt32 = 30

    @Option(
        parsing: .upToNextOption,
        help: """
            The servers to forward other questions to: ADDRESS[:PORT], tls://ADDRESS[:PORT][%NAME], or a file such as \
            /etc/resolv.conf. (default: those in /etc/resolv.conf)
            """)
    var forward: [String] = []

    @Option(help: "For how many seconds at most to keep answers of other servers; 0 for not at all.")
    var cache: UInt32 = 0

    @Flag(help: "Walk the search path of a client's Pod here, in place of up to five questions; needs --pods verified.")
    var autopath = false

    @Option(help: "Where to serve /health; \"\" for nowhere.")
    var healthBindAddress = DNSOptions.defaultHealthAddress

    @Option(help: "Where to serve /ready; \"\" for nowhere.")
    var readyBindAddress = DNSOptions.defaultReadyAddress

    @Option(help: "Where to serve /metrics; \"\" for nowhere.")
    var metricsBindAddress = DNSOptions.defaultMetricsAddress

    @OptionGroup var logging: LoggingOptions

    func run() async throws {
        var options = DNSOptions()
        options.corefile = corefile
        options.manifests = manifests
        options.kubeconfig = kubeconfig
        options.master = master
        options.bindAddresses = bindAddress
        options.port = port
        options.clusterDomain = clusterDomain
        options.pods = pods
        options.ttl = ttl
        options.forward = forward
        options.cache = cache
        options.usesAutopath = autopath
        options.healthAddress = healthBindAddress
        options.readyAddress = readyBindAddress
        options.metricsAddress = metricsBindAddress
        let server = DNSServer(
            try options.origin(), environment: ProcessInfo.processInfo.environment, logger: logging.logger)
        try await server.run()
    }
}
