import KubernetesObjects
import Yams

/// One setting: its flag, its field in the file, its default, its checks, and its effect.
///
/// The rows in ``all`` are the only definition; the flag parser, the file reader, `--write-config-to`, `--help`,
/// `/configz`, `/flagz` and the table in docs/kube-proxy.md come from them.
package struct Setting: Sendable {
    /// How a value is treated.
    package enum Effect: Sendable, Hashable {
        /// It works as in kube-proxy, or as the note says.
        case honoured(String = "")
        /// It is accepted without effect, for this reason.
        case withoutEffect(String)
        /// It has no meaning on Linux: only zero values are accepted.
        case windowsOnly
    }

    /// The name of the flag, without dashes.
    package let flag: String?
    /// The flag's single-letter form.
    package let letter: Character?
    /// The path of the field in the file, such as `iptables.masqueradeBit`.
    package let field: String?
    package let effect: Effect
    /// Its description, in one sentence.
    package let help: String
    /// The placeholder of the flag's value in help; `nil` for a switch.
    package let placeholder: String?
    /// The default of the flag, and of the field in JSON.
    package let defaultText: String
    /// The only mode in which the value is checked; `nil` for all.
    let mode: String?
    /// Whether a zero value is omitted from written configurations.
    let omitsZero: Bool

    let setDefault: @Sendable (inout KubeProxyConfiguration) -> Void
    let setFlagDefault: @Sendable (inout KubeProxyConfiguration) -> Void
    /// Reads the text of a flag; `isRepeated` if it was given before.
    let setFlag: @Sendable (inout KubeProxyConfiguration, String, _ isRepeated: Bool) throws(ValueProblem) -> Void
    let setField: @Sendable (inout KubeProxyConfiguration, Node) throws(ValueProblem) -> Void
    let copy: @Sendable (KubeProxyConfiguration, inout KubeProxyConfiguration) -> Void
    let flagText: @Sendable (KubeProxyConfiguration) -> String
    let json: @Sendable (KubeProxyConfiguration) -> JSONValue
    let isZero: @Sendable (KubeProxyConfiguration) -> Bool
    /// The value's fault; `nil` if it is valid.
    let check: @Sendable (KubeProxyConfiguration) -> String?

    typealias Path<Value> = any WritableKeyPath<KubeProxyConfiguration, Value> & Sendable

    /// A row of the table: `path` is where the value is stored, and `also` what else the flag sets. `zeroIsDefault`
    /// says whether a zero value means the default, as for all Go fields without a pointer. `check` returns the value's
    /// fault, as the end of a sentence that begins with the name.
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
            // A missing value, and for most fields zero, leaves the default.
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

    /// Its name in errors.
    var name: String { field ?? "--\(flag ?? "")" }

    /// Builds the table row by row, so that each row is checked alone.
    @resultBuilder
    enum Table {
        static func buildBlock(_ rows: Setting...) -> [Setting] { rows }
    }
}
