import KubernetesObjects
import Yams

/// A number of bytes as Kubernetes writes quantities: `512`, `4Ki`, `1M`.
package struct ByteQuantity: SettingValue {
    /// As written.
    package var text = "0"

    package init() {}

    static var zero: ByteQuantity { ByteQuantity() }
    static var placeholder: String? { "quantity" }

    init(flag text: String) throws(ValueProblem) {
        let digits = text.prefix { ("0"..."9").contains($0) }
        let units = ["", "k", "K", "M", "G", "T", "Ki", "Mi", "Gi", "Ti"]
        guard !digits.isEmpty, units.contains(String(text.dropFirst(digits.count))) else {
            throw ValueProblem("is “\(text)”; write a number of bytes such as 512, 4Ki or 1M")
        }
        self.text = text
    }

    init(node: Node) throws(ValueProblem) {
        try self.init(flag: try node.text(.str, .int, expecting: "a number of bytes such as \"4Ki\""))
    }

    var flagText: String { text }
    var json: JSONValue { .string(text) }
}

/// A duration that a file may also give as a number of nanoseconds: kubeadm writes `flushFrequency: 0`.
package struct FlushFrequency: SettingValue {
    package var duration: Duration

    package init(_ duration: Duration = .zero) { self.duration = duration }

    static var zero: FlushFrequency { FlushFrequency() }
    static var placeholder: String? { Duration.placeholder }

    init(flag text: String) throws(ValueProblem) { duration = try Duration(flag: text) }

    init(node: Node) throws(ValueProblem) {
        let text = try node.text(.str, .int, expecting: "a duration such as 5s, or a number of nanoseconds")
        if let nanoseconds = Int64(text) {
            duration = .nanoseconds(nanoseconds)
        } else {
            duration = try Duration(flag: text)
        }
    }

    var flagText: String { duration.flagText }
    var json: JSONValue { duration.json }
}

/// The verbosity of single source files: klog's `--vmodule`.
package struct FileVerbosities: SettingValue {
    /// File name patterns with levels.
    package var patterns: [String: Int] = [:]

    package init() {}

    static var zero: FileVerbosities { FileVerbosities() }
    static var placeholder: String? { "pattern=N,…" }

    init(flag text: String) throws(ValueProblem) {
        for part in text.split(separator: ",") {
            let pair = part.split(separator: "=", omittingEmptySubsequences: false)
            guard pair.count == 2, !pair[0].isEmpty, let level = Int(pair[1]), level >= 0 else {
                throw ValueProblem("has “\(part)”; write patterns with levels, such as gc*=2")
            }
            patterns[String(pair[0])] = level
        }
    }

    init(node: Node) throws(ValueProblem) {
        let problem = ValueProblem("is not a list of patterns; write [{filePattern: \"gc*\", verbosity: 2}]")
        guard case .sequence(let elements) = node else { throw problem }
        for element in elements {
            guard case .mapping(let mapping) = element, mapping.count == 2, let pattern = mapping["filePattern"],
                let level = mapping["verbosity"]
            else { throw problem }
            patterns[try String(node: pattern)] = try Int(node: level)
        }
    }

    func following(_ next: FileVerbosities) -> FileVerbosities {
        var both = self
        both.patterns.merge(next.patterns) { $1 }
        return both
    }

    private var sorted: [(key: String, value: Int)] { patterns.sorted { $0.key < $1.key } }
    var flagText: String { sorted.map { "\($0.key)=\($0.value)" }.joined(separator: ",") }
    var json: JSONValue {
        .array(sorted.map { ["filePattern": .string($0.key), "verbosity": .integer(Int64($0.value))] })
    }
}

/// The value of `--version`.
package enum VersionRequest: String, SettingValue {
    case none = "false"
    case short = "true"
    case raw

    static var zero: VersionRequest { .none }
    /// It needs no value.
    static var placeholder: String? { nil }

    init(flag text: String) throws(ValueProblem) {
        guard let value = Self(rawValue: text) else { throw ValueProblem("is “\(text)”; write nothing, or raw") }
        self = value
    }

    init(node: Node) throws(ValueProblem) { try self.init(flag: try node.text(.str, expecting: "true or raw")) }

    var flagText: String { rawValue }
    var json: JSONValue { .string(rawValue) }
}
