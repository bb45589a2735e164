import KubernetesObjects
import Yams

/// One thing that an operator can say: its flag, its field in the file, its default, what is checked, and what it does.
///
/// The rows in ``all`` are the only place where this is written; the parser of flags, the reader of the file,
/// `--write-config-to`, `--help`, `/configz`, `/flagz` and the table in docs/kube-proxy.md come from them.
package struct Setting: Sendable {
    /// What becomes of a value.
    package enum Effect: Sendable, Hashable {
        /// It does what it does in kube-proxy, or what the note says.
        case honoured(String = "")
        /// It is accepted, and nothing follows, for this reason.
        case withoutEffect(String)
        /// It has no meaning on Linux: a value other than zero is refused.
        case windowsOnly
    }

    /// The name of the flag, without dashes.
    package let flag: String?
    /// The flag's one letter, which follows one dash.
    package let letter: Character?
    /// The path of the field in the file, such as `iptables.masqueradeBit`.
    package let field: String?
    package let effect: Effect
    /// What it is, in one sentence.
    package let help: String
    /// What stands for the flag's value in help; `nil` for a switch.
    package let placeholder: String?
    /// The value of the flag, and of the field in JSON, that holds if nobody says anything.
    package let defaultText: String
    /// The only mode in which the value is checked; `nil` for all.
    let mode: String?
    /// Whether a field of the zero value is left out of what is written.
    let omitsZero: Bool

    let setDefault: @Sendable (inout KubeProxyConfiguration) -> Void
    let setFlagDefault: @Sendable (inout KubeProxyConfiguration) -> Void
    /// Takes the text of a flag; `isRepeated` if it was given before.
    let setFlag: @Sendable (inout KubeProxyConfiguration, String, _ isRepeated: Bool) throws(ValueProblem) -> Void
    let setField: @Sendable (inout KubeProxyConfiguration, Node) throws(ValueProblem) -> Void
    let copy: @Sendable (KubeProxyConfiguration, inout KubeProxyConfiguration) -> Void
    let flagText: @Sendable (KubeProxyConfiguration) -> String
    let json: @Sendable (KubeProxyConfiguration) -> JSONValue
    let isZero: @Sendable (KubeProxyConfiguration) -> Bool
    /// What is wrong with the value; `nil` if nothing is.
    let check: @Sendable (KubeProxyConfiguration) -> String?

    typealias Path<Value> = any WritableKeyPath<KubeProxyConfiguration, Value> & Sendable

    /// A row of the table: `path` is where the value is kept, and `also` what else the flag sets. `zeroIsDefault` is
    /// whether a field of the zero value means the default, as for all that Go keeps without a pointer. `check` returns
    /// what is wrong with a value, as the end of a sentence that begins with the name.
    init<Value: SettingValue>(
        _ path: Path<Value>, flag: String? = nil, letter: Character? = nil, field: String? = nil,
        default value: Value = Value.zero, flagDefault: Value? = nil, zeroIsDefault: Bool = false,
        also: [Path<Value>] = [], mode: String? = nil, omitsZero: Bool = false, placeholder: String? = nil,
        _ effect: Effect, _ help: String, check: @escaping @Sendable (Value) -> String? = { _ in nil }
    ) {
        self.flag = flag
        self.letter = letter
        self.field = field
        self.effect = effect
        self.help = help
        self.mode = mode
        self.omitsZero = omitsZero
        self.placeholder = placeholder ?? Value.placeholder
        defaultText = (flagDefault ?? value).flagText
        setDefault = { $0[keyPath: path] = value }
        setFlagDefault = { $0[keyPath: path] = flagDefault ?? value }
        setFlag = { configuration, text, isRepeated throws(ValueProblem) in
            let next = try Value(flag: text)
            let value = isRepeated ? configuration[keyPath: path].following(next) : next
            configuration[keyPath: path] = value
            for other in also { configuration[keyPath: other] = value }
        }
        setField = { configuration, node throws(ValueProblem) in
            // Nothing, and for most fields zero too, leaves the default.
            if node.isNull { return }
            let value = try Value(node: node)
            if !zeroIsDefault || value != .zero { configuration[keyPath: path] = value }
        }
        copy = { $1[keyPath: path] = $0[keyPath: path] }
        flagText = { $0[keyPath: path].flagText }
        json = { $0[keyPath: path].json }
        isZero = { $0[keyPath: path] == .zero }
        self.check = { check($0[keyPath: path]) }
    }
}

extension Setting {
    /// All settings; those with a field in the order in which kube-proxy writes them.
    package static let all = general + modes + node + commands

    /// How an error calls it.
    var name: String { field ?? "--\(flag ?? "")" }

    /// Builds the table row by row, so that each row is checked alone.
    @resultBuilder
    enum Table {
        static func buildBlock(_ rows: Setting...) -> [Setting] { rows }
    }
}
