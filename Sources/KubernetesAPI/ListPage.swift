/// The response to a list request, or one page of it.
package struct ListPage: Sendable {
    /// What a watch that follows the list begins with.
    package var resourceVersion: String
    /// `metadata.continue`: asks for the next page; empty on the last.
    package var continueToken: String
    package var objects: [KubernetesObject]
    /// Objects of the list that cannot be used; the others are not held up by them.
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

/// What a list says beside its objects (`meta/v1` ListMeta).
package struct ListMetadata: Sendable, Hashable {
    /// What a watch that follows the list begins with.
    package var resourceVersion = ""
    /// Asks for the next page; empty on the last.
    package var continueToken = ""
}
