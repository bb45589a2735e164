import KubernetesObjects
import Yams

/// A file of kind `KubeProxyConfiguration`.
package enum ConfigurationFile {
    package static let apiVersion = "kubeproxy.config.k8s.io/v1alpha1"
    package static let kind = "KubeProxyConfiguration"

    /// Fields of earlier releases, which upgraded clusters still have in their ConfigMap.
    static let retired: Set<String> = ["resourceContainer", "udpIdleTimeout"]

    /// Reads a file's text. Missing fields have their defaults.
    ///
    /// - Parameters:
    ///   - text: YAML or JSON.
    ///   - name: The file's name, for messages.
    /// - Returns: The configuration, and the fields that are accepted only for old files' sake.
    /// - Throws: ``ConfigurationError``, which names file, line and field of the first mistake.
    package static func read(
        _ text: String, name: String
    ) throws(ConfigurationError) -> (configuration: KubeProxyConfiguration, retired: [String]) {
        guard let root = try document(text, name: name), case .mapping(let mapping) = root else {
            throw ConfigurationError(
                .invalid, "\(name): holds no object; write one of apiVersion: \(apiVersion) and kind: \(kind)")
        }
        var reader = Reader(name: name)
        try reader.readType(mapping)
        try reader.read(mapping, under: "")
        try reader.finish()
        return (reader.configuration, reader.retired)
    }

    private static func document(_ text: String, name: String) throws(ConfigurationError) -> Node? {
        // JSON may be indented with tabs, YAML may not. JSON strings contain no tabs.
        let isJSON = text.first { !$0.isWhitespace } == "{"
        let yaml = isJSON ? String(text.map { $0 == "\t" ? " " : $0 }) : text
        do {
            var sequence = try Yams.compose_all(yaml: yaml)
            var documents: [Node] = []
            while let document = sequence.next() { documents.append(document) }
            // The sequence ends where the text becomes unreadable.
            if let error = sequence.error { throw error }
            documents.removeAll(where: \.isNull)
            guard documents.count < 2 else {
                throw ConfigurationError(
                    .invalid, "\(name): holds \(documents.count) documents; leave one, of kind \(kind)")
            }
            return documents.first
        } catch let error as ConfigurationError {
            throw error
        } catch let error as YamlError {
            throw ConfigurationError(.invalid, "\(name)\(describe(error))")
        } catch {
            throw ConfigurationError(.invalid, "\(name): cannot be read as YAML: \(error)")
        }
    }

    /// The library's messages have several lines.
    private static func describe(_ error: YamlError) -> String {
        switch error {
        case .duplicatedKeysInMapping(let duplicates, let context):
            let keys = duplicates.sorted().joined(separator: ", ")
            return ":\(context.mark.line): has \(keys) more than once in one object; leave one of them"
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return ":\(mark.line): is not YAML: \(problem); see column \(mark.column)"
        case .reader(let problem, _, _, _): return ": is not YAML: \(problem); save it as UTF-8 text"
        default:
            return ": cannot be read as YAML: \("\(error)".split(whereSeparator: \.isNewline).joined(separator: " "))"
        }
    }
}

/// Walks a document and collects its values.
private struct Reader {
    let name: String
    var configuration = KubeProxyConfiguration()
    var retired: [String] = []
    private var problems: [String] = []

    init(name: String) { self.name = name }

    private static let settings = Dictionary(
        Setting.all.compactMap { setting in setting.field.map { ($0, setting) } },
        uniquingKeysWith: { first, _ in first })
    /// The paths of fields that are objects, and their members.
    private static let objects = Set(
        settings.keys.flatMap { field in
            field.indices.filter { field[$0] == "." }.map { String(field[..<$0]) }
        })

    mutating func readType(_ mapping: Node.Mapping) throws(ConfigurationError) {
        let type = (mapping["apiVersion"]?.string ?? "", mapping["kind"]?.string ?? "")
        guard type == (ConfigurationFile.apiVersion, ConfigurationFile.kind) else {
            let found = type.0.isEmpty && type.1.isEmpty ? "neither apiVersion nor kind" : "\(type.0) \(type.1)"
            throw ConfigurationError(
                .invalid,
                "\(name): has \(found); write apiVersion: \(ConfigurationFile.apiVersion) and kind: "
                    + "\(ConfigurationFile.kind)"
            )
        }
    }

    mutating func read(_ mapping: Node.Mapping, under prefix: String) throws(ConfigurationError) {
        for (key, value) in mapping {
            let line = key.mark.map { ":\($0.line)" } ?? ""
            guard let word = key.scalar?.string else {
                problems.append("\(name)\(line): a key of \(prefix.isEmpty ? "the document" : prefix) is no text")
                continue
            }
            if prefix.isEmpty, word == "apiVersion" || word == "kind" { continue }
            let path = prefix.isEmpty ? word : "\(prefix).\(word)"
            if let setting = Self.settings[path] {
                do throws(ValueProblem) {
                    try setting.setField(&configuration, value)
                } catch {
                    problems.append("\(name)\(line): \(path) \(error.text)")
                }
            } else if Self.objects.contains(path) {
                switch value {
                case .mapping(let inner): try read(inner, under: path)
                case _ where value.isNull: break
                default: problems.append("\(name)\(line): \(path) is not an object; write its fields under it")
                }
            } else if prefix.isEmpty, ConfigurationFile.retired.contains(word) {
                retired.append(word)
            } else {
                problems.append("\(name)\(line): \(path) is not a field of \(ConfigurationFile.kind)\(hint(for: path))")
            }
        }
    }

    private func hint(for path: String) -> String {
        let paths = Array(Self.settings.keys) + Self.objects
        guard let near = Similarity.nearest(to: path, among: paths) else { return "; remove it" }
        return "; remove it, or write \(near)"
    }

    func finish() throws(ConfigurationError) {
        guard let first = problems.first else { return }
        let others = problems.count > 1 ? " (and \(problems.count - 1) more)" : ""
        throw ConfigurationError(.invalid, first + others)
    }
}
