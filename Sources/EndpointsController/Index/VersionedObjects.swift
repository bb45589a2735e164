import KubernetesAPI

/// An object that this controller writes and watches.
protocol VersionedObject: Sendable, Equatable {
    var resourceVersion: String { get }
}

extension Slice: VersionedObject {}
extension ClassicEndpoints: VersionedObject {}

/// Objects including our own writes, which the watch reports only later.
///
/// Resource versions compare as numbers (https://kubernetes.io/docs/reference/using-api/api-concepts/): watch events
/// from before a write are ignored, as is the echo of the write itself.
struct VersionedObjects<Object: VersionedObject>: Sendable {
    private var objects: [NamespacedName: Object] = [:]
    /// Objects that we have deleted, with their last version, until the watch reports the deletion.
    private var deleted: [NamespacedName: UInt64] = [:]

    subscript(name: NamespacedName) -> Object? { objects[name] }
    var names: some Sequence<NamespacedName> { objects.keys }

    /// Applies a change from a watch or a list.
    ///
    /// - Returns: The previous state if the change is new; `nil` if it is not.
    mutating func told(_ object: Object, _ name: NamespacedName) -> News? {
        let version = Self.version(object)
        if let known = objects[name], Self.version(known) >= version { return nil }
        if let deletion = deleted[name], version <= deletion { return nil }
        deleted[name] = nil
        return News(before: objects.updateValue(object, forKey: name))
    }

    /// `version`: of the deletion, or of the list without the object; `nil` if unknown.
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

    /// Applies the API server's answer to a write.
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
