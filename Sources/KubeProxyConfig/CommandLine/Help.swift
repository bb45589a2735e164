extension Setting {
    /// The output of `--help`, for a program of this name.
    package static func help(program: String) -> String {
        var text = """
            Programs this node's kernel with the Services of a cluster, or of manifests.

            Usage:
              \(program) [flags]

            Without --kubeconfig, --master and --manifests the API server is that of the Pod that the program runs in.
            SIGTERM ends the program and leaves in force what it has programmed; --cleanup removes it.

            Flags:

            """
        for setting in all.filter({ $0.flag != nil && $0.effect != .windowsOnly }).sorted(by: { $0.order < $1.order }) {
            let letter = setting.letter.map { "-\($0), " } ?? "    "
            let value = setting.placeholder.map { " \($0)" } ?? ""
            let isSilent = ["", "[]", "false"].contains(setting.defaultText)
            let suffix = isSilent ? "" : " (default \(setting.defaultText))"
            text += "  \(letter)--\(setting.flag ?? "")\(value)\n          \(setting.help)\(suffix)\n"
            if case .withoutEffect(let why) = setting.effect { text += "          Without effect: \(why).\n" }
        }
        return text
    }

    private var order: String { flag ?? "" }

    /// All flags with their values, sorted by name: `/flagz`.
    package static func flagz(_ flags: KubeProxyConfiguration) -> [(name: String, value: String)] {
        all.filter { $0.effect != .windowsOnly }
            .compactMap { setting in setting.flag.map { (name: $0, value: setting.flagText(flags)) } }
            .sorted { $0.name < $1.name }
    }
}
