/// Reads flags as kube-proxy does: `--name value`, `--name=value`, `-v 2`, `-v2`, and switches with or without a value.
struct FlagParser {
    /// The name by which the program was invoked, for messages.
    let program: String
    private(set) var configuration = KubeProxyConfiguration.ofFlags
    /// The names of the given flags.
    private(set) var given: Set<String> = []

    init(program: String) { self.program = program }

    private static let byName = Dictionary(
        Setting.all.compactMap { setting in setting.flag.map { ($0, setting) } },
        uniquingKeysWith: { first, _ in first })

    mutating func read(_ arguments: [String]) throws(ConfigurationError) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("-"), argument != "-", argument != "--" else {
                throw usage("“\(argument)” is not a flag, and \(program) takes only flags")
            }
            let isLong = argument.hasPrefix("--")
            let body = argument.dropFirst(isLong ? 2 : 1)
            let parts = body.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let (setting, attached) = try isLong ? long(parts) : short(body)
            if let attached {
                try set(setting, attached)
            } else if setting.placeholder == nil {
                try set(setting, "true")
            } else if let value = rest.popFirst() {
                try set(setting, value)
            } else {
                throw usage(
                    "--\(setting.flag ?? "") needs a value, such as --\(setting.flag ?? "")=\(example(setting))")
            }
        }
    }

    private func long(_ parts: [Substring]) throws(ConfigurationError) -> (Setting, String?) {
        let name = String(parts[0])
        guard let setting = Self.byName[name] else {
            let near = Similarity.nearest(to: name, among: Array(Self.byName.keys))
            throw usage("unknown flag --\(name)\(near.map { "; did you mean --\($0)?" } ?? "")")
        }
        return (setting, parts.count == 2 ? String(parts[1]) : nil)
    }

    private func short(_ body: Substring) throws(ConfigurationError) -> (Setting, String?) {
        guard let setting = Setting.all.first(where: { $0.letter == body.first }) else {
            throw usage("unknown flag -\(body)")
        }
        let value = body.dropFirst()
        if value.isEmpty { return (setting, nil) }
        return (setting, String(value.first == "=" ? value.dropFirst() : value))
    }

    private mutating func set(_ setting: Setting, _ text: String) throws(ConfigurationError) {
        let name = setting.flag ?? ""
        guard setting.effect != .windowsOnly else {
            throw ConfigurationError(.usage, "--\(name) is for Windows, and this is Linux; remove it")
        }
        do throws(ValueProblem) {
            try setting.setFlag(&configuration, text, given.contains(name))
        } catch {
            throw ConfigurationError(.usage, "--\(name) \(error.text)")
        }
        given.insert(name)
    }

    private func example(_ setting: Setting) -> String {
        setting.defaultText.isEmpty || setting.defaultText == "[]" ? "VALUE" : setting.defaultText
    }

    private func usage(_ message: String) -> ConfigurationError {
        ConfigurationError(.usage, "\(message); \(program) --help lists the flags")
    }
}
