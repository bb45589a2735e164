/// One event of a watch (`meta/v1` WatchEvent).
package enum WatchEvent: Sendable {
    /// ADDED or MODIFIED: the object has this value now.
    case set(KubernetesObject)
    /// DELETED: the object is gone; the last value is not kept.
    case removed(ObjectKey, resourceVersion: String)
    /// BOOKMARK: everything up to this version has been told. `endsInitialEvents` is the
    /// `k8s.io/initial-events-end` annotation: the state at the start of the watch is complete.
    case bookmark(resourceVersion: String, endsInitialEvents: Bool)
    /// ERROR: the watch ends, and why.
    case error(Status)
    /// An event with an object that cannot be used. Whoever knows an earlier value of `key` keeps that: nothing that worked
    /// stops working.
    case unusable(ObjectError, key: ObjectKey?, resourceVersion: String)
}
