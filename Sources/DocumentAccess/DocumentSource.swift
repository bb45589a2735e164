package import KubernetesObjects

/// An update from a source of whole objects, about one resource.
package enum DocumentNews: Sendable {
    case page(DocumentPage)
    /// Later changes, in order.
    case changes([DocumentChange])
}

/// Some of the objects that exist now; after the last page of a list, all objects absent from its pages are gone.
package struct DocumentPage: Sendable {
    package var documents: [Document]
    /// The resource version of the list.
    package var version: String
    /// Whether a list begins: earlier pages, of an interrupted list, do not belong to it.
    package var isFirst: Bool
    package var isLast: Bool

    package init(_ documents: [Document], version: String, isFirst: Bool, isLast: Bool) {
        self.documents = documents
        self.version = version
        self.isFirst = isFirst
        self.isLast = isLast
    }
}

/// A change to one object.
package enum DocumentChange: Sendable {
    /// The object was created or has changed.
    case set(Document)
    /// The object is gone; its last state, with the resource version of the deletion.
    case removed(Document)
}

/// A source of whole objects: an API server, or the store in this process.
package protocol DocumentSource: Sendable {
    /// Delivers all objects of a resource, and then their changes, until the task is cancelled.
    ///
    /// `receive` is called with one update at a time and blocks the source until it returns. If the source loses its
    /// place, it starts again with a list. Transient failures are logged and retried; throws only `CancellationError`
    /// and errors that retrying cannot fix.
    func follow(_ resource: ResourceName, _ receive: @Sendable (DocumentNews) async -> Void) async throws
}

/// Writes whole objects.
///
/// All methods throw `APIStatus` if the API server refuses, and other errors if it cannot be reached.
package protocol DocumentWriter: Sendable {
    func read(_ resource: ResourceName, namespace: String, name: String) async throws -> Document

    /// Returns the object as the server stored it, with its name, uid and resource version.
    func create(_ document: Document, _ resource: ResourceName) async throws -> Document

    /// Replaces an object, or a part of it; refused if it has changed since the document's resource version.
    ///
    /// `subresource`: `status`, or empty for the object itself.
    func update(_ document: Document, _ resource: ResourceName, subresource: String) async throws -> Document

    func delete(
        _ resource: ResourceName, namespace: String, name: String, _ preconditions: DeletionPreconditions
    ) async throws

    /// Binds a Pod to a Node.
    func bind(pod: String, namespace: String, node: String) async throws
}

/// Preconditions of a deletion, and its grace period.
package struct DeletionPreconditions: Sendable, Hashable {
    package var uid: String?
    package var resourceVersion: String?
    /// In seconds; `nil` for the object's own.
    package var gracePeriod: Int64?

    package init(uid: String? = nil, resourceVersion: String? = nil, gracePeriod: Int64? = nil) {
        self.uid = uid.flatMap { $0.isEmpty ? nil : $0 }
        self.resourceVersion = resourceVersion.flatMap { $0.isEmpty ? nil : $0 }
        self.gracePeriod = gracePeriod
    }
}
