/// One event of a watch (`meta/v1` WatchEvent).
package enum WatchEvent: Sendable {
    /// ADDED or MODIFIED: the object has this value now.
    case set(KubernetesObject)
    /// DELETED: the object is gone; the last value is not kept.
    case removed(ObjectKey, resourceVersion: String)
    /// BOOKMARK: all changes up to this version have been sent. `endsInitialEvents` is the
    /// `k8s.io/initial-events-end` annotation: the state at the start of the watch is complete.
    case bookmark(resourceVersion: String, endsInitialEvents: Bool)
    /// ERROR: why the watch ends.
    case error(Status)
    /// An event with an unusable object. The earlier value of `key` stays in force.
    case unusable(ObjectError, key: ObjectKey?, resourceVersion: String)
}
