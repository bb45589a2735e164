/// One request for the objects of a kind, in the terms of the Kubernetes API.
///
/// See https://kubernetes.io/docs/reference/using-api/api-concepts/ for each parameter.
enum ResourceRequest: Sendable, Hashable {
    /// A list, or one page of it.
    case list(ListRequest)
    /// A watch from a version.
    case watch(WatchRequest)
}

struct ListRequest: Sendable, Hashable {
    /// `"0"`: the state in the server's cache; empty: the most recent state.
    var resourceVersion: String
    /// The maximum number of objects in one page; `nil` for all at once. Ignored by a server that
    /// answers from its cache.
    var limit: Int?
    /// From the previous page; empty for the first.
    var continueToken: String = ""
}

struct WatchRequest: Sendable, Hashable {
    /// The version at which the watch begins; empty with `sendInitialEvents` for the most recent state.
    var resourceVersion: String
    /// Whether the watch begins with all objects that exist (WatchList, KEP-3157).
    var sendInitialEvents = false
    /// The time after which the server ends the watch, in whole seconds.
    var timeout: Duration
}
