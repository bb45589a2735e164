/// The response to a list request, or one page of it.
package struct ListPage: Sendable {
    /// The version at which a watch continues the list.
    package var resourceVersion: String
    /// `metadata.continue`: asks for the next page; empty on the last.
    package var continueToken: String
    package var objects: [KubernetesObject]
    /// Why some objects of the list cannot be used; the others are in ``objects``.
    package var problems: [ObjectError]

    package init(
        resourceVersion: String, continueToken: String = "", objects: [KubernetesObject], problems: [ObjectError] = []
    ) {
        self.resourceVersion = resourceVersion
        self.continueToken = continueToken
        self.objects = objects
        self.problems = problems
    }
}

/// The metadata of a list (`meta/v1` ListMeta).
package struct ListMetadata: Sendable, Hashable {
    /// The version at which a watch continues the list.
    package var resourceVersion = ""
    /// Requests the next page; empty on the last.
    package var continueToken = ""
}
