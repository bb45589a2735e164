package import KubernetesObjects

/// What a source of whole objects tells of one resource.
package enum DocumentNews: Sendable {
    case page(DocumentPage)
    /// What has happened since, in order.
    case changes([DocumentChange])
}

/// Some of the objects that exist now; after the last page of a list, all those that none of its pages had are gone.
package struct DocumentPage: Sendable {
    package var documents: [Document]
    /// The resource version that the list is of.
    package var version: String
    /// Whether a list begins: pages before, of a list that was broken off, do not belong to it.
    package var isFirst: Bool
    package var isLast: Bool

    package init(_ documents: [Document], version: String, isFirst: Bool, isLast: Bool) {
        self.documents = documents
        self.version = version
        self.isFirst = isFirst
        self.isLast = isLast
    }
}

/// What has happened to one object.
package enum DocumentChange: Sendable {
    /// The object was created or has changed.
    case set(Document)
    /// The object is gone; its last state, with the resource version of its end.
    case removed(Document)
}

/// Where whole objects are read from: an API server, or the store in this process.
package protocol DocumentSource: Sendable {
    /// Tells all objects of a resource, and then what happens to them, until the task is cancelled.
    ///
    /// `receive` is called with one piece of news after another and holds the source up until it returns. When the
    /// source loses its place, it begins anew with a list. Trouble that may pass is logged and retried; throws only
    /// `CancellationError` and what retrying cannot mend.
    func follow(_ resource: ResourceName, _ receive: @Sendable (DocumentNews) async -> Void) async throws
}

/// Where whole objects are written.
///
/// All throw `APIStatus` when the API server refuses, and other errors when it cannot be reached.
package protocol DocumentWriter: Sendable {
    func read(_ resource: ResourceName, namespace: String, name: String) async throws -> Document

    /// Returns what the server has made of it, with its name, uid and resource version.
    func create(_ document: Document, _ resource: ResourceName) async throws -> Document

    /// Replaces an object, or a part of it; refused if it has changed since the document's resource version.
    ///
    /// `subresource`: `status`, or empty for the object itself.
    func update(_ document: Document, _ resource: ResourceName, subresource: String) async throws -> Document

    func delete(
        _ resource: ResourceName, namespace: String, name: String, _ preconditions: DeletionPreconditions
    ) async throws

    /// Gives a Pod its Node.
    func bind(pod: String, namespace: String, node: String) async throws
}

/// What has to be true of an object for its deletion, and how soon it is to go.
package struct DeletionPreconditions: Sendable, Hashable {
    package var uid: String?
    package var resourceVersion: String?
    /// In seconds; `nil` for what the object says.
    package var gracePeriod: Int64?

    package init(uid: String? = nil, resourceVersion: String? = nil, gracePeriod: Int64? = nil) {
        self.uid = uid.flatMap { $0.isEmpty ? nil : $0 }
        self.resourceVersion = resourceVersion.flatMap { $0.isEmpty ? nil : $0 }
        self.gracePeriod = gracePeriod
    }
}
