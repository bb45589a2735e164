import KubernetesObjects
import ObjectStore

/// The selectors of a list or a watch.
struct RecordSelection: Sendable {
    private let definition: ResourceDefinition
    private let labels: LabelSelector
    private let fields: FieldSelector
    /// Whether any selector is set.
    let isEverything: Bool

    init(_ request: ResourceRequest) throws(APIStatus) {
        definition = request.definition
        labels = try LabelSelector(parsing: request.http.query["labelSelector"])
        fields = try FieldSelector(
            parsing: request.http.query["fieldSelector"], request.definition,
            labelSelector: request.http.query["labelSelector"])
        isEverything = request.http.query["labelSelector"].isEmpty && request.http.query["fieldSelector"].isEmpty
    }

    func selects(_ record: Record) throws(APIStatus) -> Bool {
        guard !isEverything else { return true }
        let index = try definition.index(of: record)
        return labels.matches(index.labels) && fields.matches(index.fields)
    }
}

extension ResourceDefinition {
    /// The fields of a record that selectors match, read once.
    func index(of record: Record) throws(APIStatus) -> RecordIndex {
        if let known = record.index { return known }
        let document = fromStored(try record.decoded())
        let index = RecordIndex(labels: document.labels, fields: selectableFields(document))
        record.remember(index)
        return index
    }
}
