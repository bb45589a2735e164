extension Setting {
    /// The rows of the table in docs/kube-proxy.md.
    package static var documentation: String {
        var text = "| field | flag | default | what it is | here |\n|---|---|---|---|---|\n"
        for setting in all {
            let field = setting.field.map { "`\($0)`" } ?? "–"
            let flag = setting.flag.map { "`--\($0)`" } ?? "–"
            let value = setting.defaultText.isEmpty ? "" : "`\(setting.defaultText)`"
            text += "| \(field) | \(flag) | \(value) | \(setting.help) | \(setting.effect.documentation) |\n"
        }
        return text
    }
}

extension Setting.Effect {
    fileprivate var documentation: String {
        switch self {
        case .honoured(let note): note.isEmpty ? "honoured" : "honoured: \(note)"
        case .withoutEffect(let why): "accepted, without effect: \(why)"
        case .windowsOnly: "refused, unless empty: for Windows"
        }
    }
}
