import Glibc

/// The request in the arguments of `servicelet proxy` or `kube-proxy`.
package struct Invocation: Sendable, Hashable {
    package enum Task: Sendable, Hashable {
        case run
        /// Do what needs full root privileges, and exit.
        case initialize
        case cleanUp
        case writeConfiguration(path: String)
        case printHelp
        case printVersion(isRaw: Bool)
    }

    package var task: Task
    /// The effective values, from the file or the flags, complete and validated.
    package var configuration: KubeProxyConfiguration
    /// The flags, whether effective or not.
    package var flags: KubeProxyConfiguration
    /// The contents of the `--config` file; `nil` without one.
    package var fileText: String?
    /// Warnings for the operator before the program starts.
    package var remarks: [String]

    /// Reads the arguments, and the `--config` file.
    ///
    /// - Parameters:
    ///   - arguments: Without the program's name and subcommand.
    ///   - program: The name by which the program was invoked, for messages.
    ///   - isKubeProxy: Whether it was invoked as `kube-proxy`: then an empty mode means iptables.
    ///   - read: Reads the file at a path; blocks.
    /// - Throws: ``ConfigurationError`` in one line: the place, the fault, and the remedy.
    package init(
        _ arguments: [String], program: String, isKubeProxy: Bool,
        read: (String) throws(ConfigurationError) -> String = Self.read
    ) throws(ConfigurationError) {
        var parser = FlagParser(program: program)
        try parser.read(arguments)
        flags = parser.configuration
        remarks = []
        let command = flags.command
        configuration = flags
        if command.help {
            task = .printHelp
        } else if command.version != .none {
            task = .printVersion(isRaw: command.version == .raw)
        } else if command.cleanup {
            task = .cleanUp
        } else if !command.writeConfigTo.isEmpty {
            task = .writeConfiguration(path: command.writeConfigTo)
        } else {
            task = command.initOnly ? .initialize : .run
        }
        if task == .printHelp { return }
        if case .printVersion = task { return }

        if command.config.isEmpty {
            if case .writeConfiguration = task {} else { configuration.usePorts() }
            if parser.given.contains("healthz-port") || parser.given.contains("metrics-port") {
                remarks.append(
                    "--healthz-port and --metrics-port are deprecated; use --healthz-bind-address and "
                        + "--metrics-bind-address"
                )
            }
        } else {
            let text = try read(command.config)
            let file = try ConfigurationFile.read(text, name: command.config)
            fileText = text
            configuration = file.configuration
            configuration.take(flags, given: parser.given)
            remarks += file.retired.map { "\(command.config): \($0) is of an earlier release and has no effect" }
        }
        configuration.complete(emptyMode: isKubeProxy || !command.config.isEmpty || isWriting ? "iptables" : "nftables")
        let source = command.config.isEmpty ? nil : command.config
        try configuration.validate(file: source)
        remarks += configuration.idleSettings(isFile: source != nil)
    }

    private var isWriting: Bool { if case .writeConfiguration = task { true } else { false } }

    /// Reads a file of at most 1 MiB.
    package static func read(_ path: String) throws(ConfigurationError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(path, errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &part, part.count)
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            guard count > 0 else { throw unreadable(path, errno) }
            bytes += part[..<count]
            guard bytes.count <= 1 << 20 else {
                throw ConfigurationError(.file, "\(path): is larger than 1 MiB, which no configuration is")
            }
        }
    }

    private static func unreadable(_ path: String, _ number: Int32) -> ConfigurationError {
        if number == ENOENT {
            return ConfigurationError(.file, "--config: there is no file \(path); create it, or correct the path")
        }
        let remedy = number == EACCES ? "let us read it" : "name a file"
        return ConfigurationError(
            .file, "--config: \(path) cannot be read: \(String(cString: strerror(number))); \(remedy)")
    }
}

extension KubeProxyConfiguration {
    /// The flags that apply in addition to a file.
    private static let besideFile: Set<String> = [
        "hostname-override", "master", "manifests", "userspace-reach", "userspace-drain-timeout", "count-connections",
        "logging-format", "log-flush-frequency", "v", "vmodule",
        "log-text-split-stream", "log-text-info-buffer-size", "log-json-split-stream", "log-json-info-buffer-size",
    ]

    /// Applies the flags that are effective in addition to the file that `self` was read from.
    fileprivate mutating func take(_ flags: KubeProxyConfiguration, given: Set<String>) {
        let vmodule = logging.vmodule
        for setting in Setting.all {
            guard let flag = setting.flag, given.contains(flag), Self.besideFile.contains(flag) else { continue }
            setting.copy(flags, &self)
        }
        // Both apply; the flag has precedence.
        if given.contains("vmodule") { logging.vmodule = vmodule.following(logging.vmodule) }
        command.config = flags.command.config
        command.initOnly = flags.command.initOnly
    }

    /// The deprecated flags of ports: 0 serves nothing, and an address without a port gets it.
    fileprivate mutating func usePorts() {
        if command.healthzPort == 0 { healthzBindAddress = "" }
        if command.metricsPort == 0 { metricsBindAddress = "" }
    }
}
