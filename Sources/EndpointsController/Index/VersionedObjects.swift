import KubernetesAPI

/// An object that this controller writes and watches.
protocol VersionedObject: Sendable, Equatable {
    var resourceVersion: String { get }
}

extension Slice: VersionedObject {}
extension ClassicEndpoints: VersionedObject {}

/// Objects as they are after our own writes, although the watch tells of these only later.
///
/// Resource versions compare as numbers (https://kubernetes.io/docs/reference/using-api/api-concepts/): what the watch
/// tells of a time before a write is passed over, and so is the echo of the write itself.
struct VersionedObjects<Object: VersionedObject>: Sendable {
    private var objects: [NamespacedName: Object] = [:]
    /// Objects that we have deleted, and the last version that they had, until the watch tells of it.
    private var deleted: [NamespacedName: UInt64] = [:]

    subscript(name: NamespacedName) -> Object? { objects[name] }
    var names: some Sequence<NamespacedName> { objects.keys }

    /// Takes in what a watch or a list has told.
    ///
    /// - Returns: what was known before, if that is news; `nil` if it is not.
    mutating func told(_ object: Object, _ name: NamespacedName) -> News? {
        let version = Self.version(object)
        if let known = objects[name], Self.version(known) >= version { return nil }
        if let deletion = deleted[name], version <= deletion { return nil }
        deleted[name] = nil
        return News(before: objects.updateValue(object, forKey: name))
    }

    /// `version`: of the deletion, or of the list that no longer has the object; `nil` if not known.
    mutating func toldRemoved(_ name: NamespacedName, at version: String? = nil) -> News? {
        // Created by us since then.
        if let version = version.flatMap({ UInt64($0) }), let known = objects[name], Self.version(known) > version {
            return nil
        }
        deleted[name] = nil
        guard let before = objects.removeValue(forKey: name) else { return nil }
        return News(before: before)
    }

    struct News: Sendable {
        var before: Object?
    }

    /// Takes in what the API server has answered to a write.
    mutating func wrote(_ object: Object, _ name: NamespacedName) {
        if let known = objects[name], Self.version(known) > Self.version(object) { return }
        deleted[name] = nil
        objects[name] = object
    }

    mutating func wroteDeletion(of name: NamespacedName) {
        guard let object = objects.removeValue(forKey: name) else { return }
        deleted[name] = Self.version(object)
    }

    private static func version(_ object: Object) -> UInt64 { UInt64(object.resourceVersion) ?? 0 }
}
