extension Setting {
    private static let goLogging = "lines go to standard error at once, as text"
    private static let gates = "servicelet has no features that are switched with gates"

    /// Settings common to all modes: the API server, the log, addresses to listen on.
    @Table static var general: [Setting] {
        Setting(
            \.featureGates, flag: "feature-gates", field: "featureGates", omitsZero: true, .withoutEffect(gates),
            "Switches of Kubernetes features, by name.")
        Setting(
            \.clientConnection.kubeconfig, flag: "kubeconfig", field: "clientConnection.kubeconfig",
            placeholder: "path", .honoured("empty means the API server of the Pod that the program runs in"),
            "The kubeconfig file that says where the API server is and how to authenticate.")
        Setting(
            \.clientConnection.acceptContentTypes, field: "clientConnection.acceptContentTypes",
            .withoutEffect("protobuf is requested, or JSON if the server lacks it"),
            "The media types that the API server may answer in.")
        Setting(
            \.clientConnection.contentType, flag: "kube-api-content-type", field: "clientConnection.contentType",
            default: "application/vnd.kubernetes.protobuf", zeroIsDefault: true,
            .withoutEffect("protobuf is requested, or JSON if the server lacks it"),
            "The media type of requests to the API server.")
        Setting(
            \.clientConnection.qps, flag: "kube-api-qps", field: "clientConnection.qps", default: 5,
            zeroIsDefault: true,
            .withoutEffect("each kind is one watch, and retries back off from 0.8 s to 30 s"),
            "Requests per second to the API server.")
        Setting(
            \.clientConnection.burst, flag: "kube-api-burst", field: "clientConnection.burst", default: 10,
            zeroIsDefault: true,
            .withoutEffect("each kind is one watch, and retries back off from 0.8 s to 30 s"),
            "Requests that may be made at once.", check: Checks.notNegative)
        Setting(
            \.logging.format, flag: "logging-format", field: "logging.format", default: "text", zeroIsDefault: true,
            .withoutEffect(goLogging), "The format of the log: text or json.", check: Checks.oneOf("text", "json"))
        Setting(
            \.logging.flushFrequency, flag: "log-flush-frequency", field: "logging.flushFrequency",
            default: FlushFrequency(.seconds(5)), zeroIsDefault: true, .withoutEffect(goLogging),
            "Longest time between two writes of the log.", check: { Checks.notNegative($0.duration) })
        Setting(
            \.logging.verbosity, flag: "v", letter: "v", field: "logging.verbosity", placeholder: "level",
            .honoured("2 and more add reasons and details, 6 and more everything"),
            "Log verbosity: 0 for events, 2 for reasons and details, 6 for everything.", check: Checks.notNegative)
        Setting(
            \.logging.vmodule, flag: "vmodule", field: "logging.vmodule", omitsZero: true,
            .withoutEffect("the patterns name kube-proxy's source files"), "Log verbosity of single source files.")
        Setting(
            \.logging.text.splitStream, flag: "log-text-split-stream", field: "logging.options.text.splitStream",
            omitsZero: true, .withoutEffect(goLogging), "Errors to standard error and the rest to standard output.")
        Setting(
            \.logging.text.infoBufferSize, flag: "log-text-info-buffer-size",
            field: "logging.options.text.infoBufferSize", .withoutEffect(goLogging),
            "Size of the buffer for lines that are not errors.")
        Setting(
            \.logging.json.splitStream, flag: "log-json-split-stream", field: "logging.options.json.splitStream",
            omitsZero: true, .withoutEffect(goLogging),
            "In JSON format, errors to standard error and the rest to standard output.")
        Setting(
            \.logging.json.infoBufferSize, flag: "log-json-info-buffer-size",
            field: "logging.options.json.infoBufferSize", .withoutEffect(goLogging),
            "In JSON format, size of the buffer for lines that are not errors.")
        Setting(
            \.hostnameOverride, flag: "hostname-override", field: "hostnameOverride", placeholder: "name",
            .honoured("the flag wins over the file"),
            "The name of this machine's Node, where it differs from the host name.", check: Checks.notBlank)
        Setting(
            \.bindAddress, flag: "bind-address", field: "bindAddress", default: "0.0.0.0", zeroIsDefault: true,
            placeholder: "address",
            .honoured("chooses the family of the default addresses for health checks and metrics, no more"),
            "The family of the default addresses to listen on.", check: Checks.address)
        Setting(
            \.healthzBindAddress, flag: "healthz-bind-address", field: "healthzBindAddress",
            default: "0.0.0.0:10256", zeroIsDefault: true, placeholder: "address:port",
            .honoured("the flag with an empty value serves nothing; an empty field means the default"),
            "Where to serve /healthz and /livez.")
        Setting(
            \.metricsBindAddress, flag: "metrics-bind-address", field: "metricsBindAddress",
            default: "127.0.0.1:10249", zeroIsDefault: true, placeholder: "address:port",
            .honoured("the flag with an empty value serves nothing; an empty field means the default"),
            "Where to serve /metrics, /proxyMode, /configz, /flagz and /statusz.")
        Setting(
            \.bindAddressHardFail, flag: "bind-address-hard-fail", field: "bindAddressHardFail", .honoured(),
            "Exit if an address to listen on is in use.")
        Setting(
            \.enableProfiling, flag: "profiling", field: "enableProfiling",
            .withoutEffect("/debug/pprof profiles the Go runtime; use perf"), "Serve /debug/pprof.")
        Setting(
            \.showHiddenMetricsForVersion, flag: "show-hidden-metrics-for-version",
            field: "showHiddenMetricsForVersion", placeholder: "version", .withoutEffect("no metric is hidden"),
            "The release whose hidden metrics are shown.", check: Checks.minorVersion)
    }
}
