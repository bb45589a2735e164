import KubernetesAPI

/// Which objects of one kind the inbox was told of, and at which version: all that is needed to say what changed.
///
/// The objects themselves are not kept. While the whole state is told anew (a list, the initial events of a watch) each
/// object that comes by is marked with the number of that replacement; what is not marked at its end has vanished.
struct KnownObjects: Sendable {
    private struct Entry {
        var version: String
        var replacement: UInt32
    }

    private let kind: ObjectKind
    private var entries: [NamespacedName: Entry] = [:]
    private var replacement: UInt32 = 0
    /// Objects that the replacement holds in a form that cannot be used, by the name that errors give them.
    private var unusable: Set<String> = []

    init(kind: ObjectKind) { self.kind = kind }

    var count: Int { entries.count }

    /// What changes with `object`: nothing, where this version of it is known already.
    mutating func set(_ object: KubernetesObject) -> ObjectChange? {
        let entry = Entry(version: object.metadata.resourceVersion, replacement: replacement)
        let before = entries.updateValue(entry, forKey: object.metadata.namespacedName)
        guard let before, before.version == entry.version, !entry.version.isEmpty else { return .set(object) }
        return nil
    }

    /// What changes when the object is gone: nothing, where it was never known.
    mutating func remove(_ key: ObjectKey) -> ObjectChange? {
        entries.removeValue(forKey: key.name) == nil ? nil : .removed(key)
    }

    /// Keeps the last usable value of an object that cannot be used as it is now: what worked goes on working.
    mutating func keep(_ problem: ObjectError) {
        unusable.insert(problem.object)
    }

    /// The same for an object whose name could be read.
    mutating func keep(_ key: ObjectKey) {
        entries[key.name]?.replacement = replacement
    }

    /// From here on the whole state is told; one that was under way before is forgotten.
    mutating func beginReplacement() {
        replacement &+= 1
        unusable = []
    }

    /// All has been told: the removal of each object that was not among it.
    mutating func finishReplacement() -> [ObjectChange] {
        let removals = entries.compactMap { name, entry -> ObjectKey? in
            let key = ObjectKey(kind: kind, name: name)
            return entry.replacement == replacement || unusable.contains(key.description) ? nil : key
        }
        for key in removals { entries[key.name] = nil }
        unusable = []
        return removals.map { .removed($0) }
    }
}
