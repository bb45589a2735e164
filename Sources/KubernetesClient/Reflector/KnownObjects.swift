import KubernetesAPI

/// The names and versions of the objects of one kind that were posted to the inbox: enough to detect changes.
///
/// The objects themselves are not kept. While the whole state is sent again (a list, the initial events of a
/// watch), each object received is marked with the number of that replacement; objects without the mark at its
/// end no longer exist.
struct KnownObjects: Sendable {
    private struct Entry {
        var version: Version
        var replacement: UInt32
    }

    private let kind: ObjectKind
    /// By namespace, then by name: namespaces are few, and a million keys would repeat theirs.
    private var entries: [String: [String: Entry]] = [:]
    private var replacement: UInt32 = 0
    /// Objects that are unusable in the replacement, by the name that errors give them.
    private var unusable: Set<String> = []

    init(kind: ObjectKind) { self.kind = kind }

    var count: Int { entries.values.reduce(0) { $0 + $1.count } }

    /// The change that `object` makes; `nil` if this version of it is already known.
    mutating func set(_ object: KubernetesObject) -> ObjectChange? {
        let metadata = object.metadata
        let entry = Entry(version: Version(metadata.resourceVersion), replacement: replacement)
        let before = entries[metadata.namespace, default: [:]].updateValue(entry, forKey: metadata.name)
        guard let before, before.version == entry.version, entry.version != .none else { return .set(object) }
        return nil
    }

    /// The change that the removal of an object makes; `nil` if the object was never known.
    mutating func remove(_ key: ObjectKey) -> ObjectChange? {
        forget(key.name) ? .removed(key) : nil
    }

    /// Keeps the last usable value of an object whose current one is unusable.
    mutating func keep(_ problem: ObjectError) {
        unusable.insert(problem.object)
    }

    /// The same for an object whose name could be read.
    mutating func keep(_ key: ObjectKey) {
        entries[key.name.namespace]?[key.name.name]?.replacement = replacement
    }

    /// Begins a replacement, dropping one in progress.
    mutating func beginReplacement() {
        replacement &+= 1
        unusable = []
    }

    /// Ends a replacement and returns the removals of objects that were not part of it.
    mutating func finishReplacement() -> [ObjectChange] {
        var removals: [ObjectKey] = []
        for (namespace, objects) in entries {
            for (name, entry) in objects where entry.replacement != replacement {
                let key = ObjectKey(kind: kind, name: NamespacedName(namespace: namespace, name: name))
                if !unusable.contains(key.description) { removals.append(key) }
            }
        }
        for key in removals { forget(key.name) }
        unusable = []
        return removals.map { .removed($0) }
    }

    @discardableResult
    private mutating func forget(_ name: NamespacedName) -> Bool {
        guard entries[name.namespace]?.removeValue(forKey: name.name) != nil else { return false }
        if entries[name.namespace]?.isEmpty == true { entries[name.namespace] = nil }
        return true
    }

    /// A resource version in eight bytes if it is a number, as in all API servers.
    private enum Version: Hashable {
        case none
        case number(UInt64)
        case text(Text)

        init(_ text: String) {
            if text.isEmpty {
                self = .none
            } else if let number = UInt64(text), text.first != "0", text.first != "+" {
                self = .number(number)
            } else {
                self = .text(Text(text))
            }
        }
    }

    private final class Text: Hashable, Sendable {
        private let text: String

        init(_ text: String) { self.text = text }

        static func == (lhs: Text, rhs: Text) -> Bool { lhs.text == rhs.text }
        func hash(into hasher: inout Hasher) { hasher.combine(text) }
    }
}
