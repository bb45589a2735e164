package import KubernetesAPI
import Yams

/// The contents of one YAML or JSON file. JSON is valid YAML and is read as such, so errors in both have line numbers.
package struct ManifestFile: Sendable {
    struct Entry: Sendable, Hashable {
        var object: KubernetesObject
        var line: Int
    }

    struct Problem: Sendable, Hashable {
        var line: Int
        var error: ObjectError
    }

    /// A document of a kind that was not requested.
    struct Stranger: Sendable, Hashable {
        var line: Int
        var kind: String
    }

    private(set) var entries: [Entry] = []
    private(set) var problems: [Problem] = []
    private(set) var strangers: [Stranger] = []

    private let kinds: Set<ObjectKind>

    /// Reads a file; unreadable parts are problems with their line.
    package init(_ contents: [UInt8], kinds: Set<ObjectKind> = Set(ObjectKind.allCases)) {
        self.kinds = kinds
        guard let text = String(validating: contents, as: UTF8.self) else {
            fail(line: 1, "the file is not UTF-8 text; save it as UTF-8")
            return
        }
        do {
            var documents = try compose_all(yaml: text)
            while let document = documents.next() { read(document, kind: nil, apiVersion: nil) }
            if let error = documents.error { throw error }
        } catch {
            let (line, reason) = Self.explain(error)
            fail(line: line, reason)
        }
        refuseDuplicates()
    }

    /// Reads one document, or one item of a list, whose kind may be known from the list.
    private mutating func read(_ node: Yams.Node, kind: String?, apiVersion: String?) {
        let line = node.mark?.line ?? 1
        if node.null != nil { return }
        guard let mapping = node.mapping else {
            return fail(line: line, "this is not an object; it begins with apiVersion and kind")
        }
        guard let kind = mapping["kind"]?.string ?? kind, !kind.isEmpty else {
            return fail(line: line, "the kind is missing; every object has apiVersion and kind")
        }
        let apiVersion = mapping["apiVersion"]?.string ?? apiVersion ?? ""
        if kind.hasSuffix("List"), let items = mapping["items"] {
            return readItems(items, of: kind, apiVersion)
        }
        guard let known = ObjectKind(rawValue: kind), kinds.contains(known),
            Self.group(known.apiVersion) == Self.group(apiVersion)
        else {
            return strangers.append(Stranger(line: line, kind: "\(apiVersion) \(kind)"))
        }
        guard apiVersion == known.apiVersion else {
            let reason = "“\(apiVersion)” is not read; use \(known.apiVersion)"
            let error = ObjectError(object: kind, field: "apiVersion", reason: reason)
            return problems.append(Problem(line: node.line(of: "apiVersion"), error: error))
        }
        decode(mapping, as: known, line: line)
    }

    private mutating func readItems(_ items: Yams.Node, of kind: String, _ apiVersion: String) {
        if items.null != nil { return }
        guard let sequence = items.sequence else {
            return fail(line: items.mark?.line ?? 1, "the items of a \(kind) are a list")
        }
        // A plain List holds items of any kind, each of which names its own.
        let isPlain = kind == "List"
        for item in sequence {
            read(item, kind: isPlain ? nil : String(kind.dropLast(4)), apiVersion: isPlain ? nil : apiVersion)
        }
    }

    private mutating func decode(_ mapping: Yams.Node.Mapping, as kind: ObjectKind, line: Int) {
        var mapping = mapping
        mapping["kind"] = Yams.Node(kind.rawValue)
        let node = Yams.Node.mapping(mapping)
        do {
            let object = try YAMLDecoder().decode(ManifestObject.self, from: node).reading.outcome.get()
            entries.append(Entry(object: object, line: line))
            // A manifest must satisfy the API server's rules for new objects: its author can correct it.
            for refusal in object.refusals {
                problems.append(Problem(line: node.line(of: refusal.path), error: refusal.error(of: object.key)))
            }
        } catch let error as ObjectError {
            problems.append(Problem(line: node.line(of: error.field), error: error))
        } catch {
            fail(line: line, "cannot be read: \(error)")
        }
    }

    private mutating func refuseDuplicates() {
        var lines: [ObjectKey: Int] = [:]
        for entry in entries {
            guard let earlier = lines.updateValue(entry.line, forKey: entry.object.key) else { continue }
            let reason = "the object is also at line \(earlier) of this file; remove one of the two"
            let error = ObjectError(object: entry.object.key.description, field: "", reason: reason)
            problems.append(Problem(line: entry.line, error: error))
        }
    }

    private mutating func fail(line: Int, _ reason: String) {
        problems.append(Problem(line: line, error: ObjectError(object: "", field: "", reason: reason)))
    }

    /// `discovery.k8s.io` of `discovery.k8s.io/v1`; empty for `v1`.
    private static func group(_ apiVersion: String) -> Substring {
        apiVersion.contains("/") ? apiVersion.prefix { $0 != "/" } : ""
    }

    private static func explain(_ error: any Error) -> (line: Int, reason: String) {
        switch error {
        case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
            YamlError.composer(_, let problem, let mark, _):
            (mark.line, "this is not YAML: \(problem)")
        case YamlError.duplicatedKeysInMapping(let keys, let context):
            (context.mark.line, "\(keys.map { "“\($0)”" }.joined(separator: ", ")) appears here twice; remove one")
        case YamlError.reader(let problem, _, _, _):
            (1, "this is not YAML: \(problem)")
        default:
            (1, "this is not YAML: \(error)")
        }
    }
}

/// An object with a `kind`, as a decoder finds it.
private struct ManifestObject: Decodable {
    let reading: ObjectReading

    private enum Key: String, CodingKey {
        case kind
    }

    init(from decoder: any Decoder) throws {
        let kind = try decoder.container(keyedBy: Key.self).decode(String.self, forKey: .kind)
        reading = ObjectReading(of: ObjectKind(rawValue: kind) ?? .service, from: decoder)
    }
}
