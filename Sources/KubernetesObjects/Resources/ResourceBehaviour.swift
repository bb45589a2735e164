/// The rules of a kind. All steps are pure; each has a default that suits most kinds.
///
/// The order on create: `applyDefaults` (while the body is read), allocation (Services only, by the server),
/// `prepareForCreate`, `validateCreate`, `warningsOnCreate`. On update: `applyDefaults`, `prepareForUpdate`,
/// allocation, `validateUpdate`, `warningsOnUpdate`.
package protocol ResourceBehaviour: Sendable {
    /// Fills in what the client omitted, as kube-apiserver does whenever it reads an object.
    func applyDefaults(_ document: inout Document)

    /// Resets what clients may not set on create, such as the status.
    func prepareForCreate(_ document: inout Document)

    /// Resets what clients may not change, and increments the generation. `subresource` is empty for the object itself.
    func prepareForUpdate(_ document: inout Document, old: Document, subresource: String)

    func validateCreate(_ document: Document) -> [FieldError]
    func validateUpdate(_ document: Document, old: Document, subresource: String) -> [FieldError]
    func warningsOnCreate(_ document: Document) -> [String]
    func warningsOnUpdate(_ document: Document, old: Document) -> [String]

    /// Problems of the name; generated names are checked with their prefix.
    func nameProblems(_ name: String, isPrefix: Bool) -> [String]

    /// The fields that field selectors may use besides `metadata.name` and `metadata.namespace`, with their values.
    func selectableFields(_ document: Document) -> [(name: String, value: String)]

    /// The names of those fields, to refuse others.
    var selectableFieldNames: [String] { get }

    /// One cell for each column.
    ///
    /// `now`: Seconds since 1970, for ages.
    func cells(_ document: Document, now: Int64) -> [JSONValue]

    /// A PUT creates an object that does not exist.
    var allowsCreateOnUpdate: Bool { get }

    /// An update without a resource version is accepted.
    var allowsUnconditionalUpdate: Bool { get }

    /// The grace period of a deletion in seconds, or nil for kinds that vanish at once.
    func gracePeriodSeconds(_ document: Document, requested: Int64?) -> Int64?
}
