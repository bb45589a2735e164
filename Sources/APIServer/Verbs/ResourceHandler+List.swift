import KubernetesObjects
import ObjectStore

/// The state that a list or a watch shows.
///
/// https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
struct RevisionChoice: Hashable, Sendable {
    /// `nil` for the newest; 0 for any.
    var revision: Int64?
    var isExact = false

    init(_ query: QueryParameters, kind: String = "ListOptions") throws(APIStatus) {
        let text = query["resourceVersion"]
        let match = query["resourceVersionMatch"]
        let isInitial = query.flag("sendInitialEvents")
        if !text.isEmpty {
            guard let number = UInt64(text) else {
                throw Self.invalid([
                    .invalid("resourceVersion", .string(text), "strconv.ParseUint: parsing \"\(text)\": invalid syntax")
                ])
            }
            guard number <= Int64.max else { throw .tooLargeResourceVersion(number, current: 0) }
            revision = Int64(number)
        }
        guard !match.isEmpty else { return }
        guard ["Exact", "NotOlderThan"].contains(match) else {
            throw Self.invalid([.unsupported("resourceVersionMatch", .string(match), ["Exact", "NotOlderThan"])])
        }
        if text.isEmpty, !isInitial {
            throw Self.invalid([
                .forbidden(
                    "resourceVersionMatch", "resourceVersionMatch is forbidden unless resourceVersion is provided")
            ])
        }
        if !query["continue"].isEmpty {
            throw Self.invalid([
                .forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided")
            ])
        }
        isExact = match == "Exact"
        if isExact, text == "0" {
            throw Self.invalid([
                .forbidden(
                    "resourceVersionMatch",
                    "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"")
            ])
        }
    }

    static func invalid(_ errors: [FieldError]) -> APIStatus {
        .invalid(kind: GroupKind(group: "meta.k8s.io", kind: "ListOptions"), name: "", errors)
    }
}

extension ResourceHandler {
    func list(_ request: ResourceRequest) throws -> APIResponse {
        let query = request.http.query
        let selection = try RecordSelection(request)
        let limit = Int(try query.number("limit") ?? 0)
        let (records, revision, token) = try page(request, limit: limit)
        var selected: [[UInt8]] = []
        var last: Record?
        var remaining: Int?
        var next = ""
        for (index, record) in records.enumerated() {
            if let token, !isBehind(record, token) { continue }
            guard try selection.selects(record) else { continue }
            if limit > 0, selected.count == limit, let last {
                next = ContinueToken(revision: revision, start: Self.position(last)).text
                if selection.isEverything { remaining = records.count - index }
                break
            }
            selected.append(record.document)
            last = record
        }
        return try ObjectAnswer(request).list(selected, revision: revision, next: next, remaining: remaining)
    }

    /// The records of a list, before selection, and their revision.
    private func page(
        _ request: ResourceRequest, limit: Int
    ) throws(APIStatus) -> (records: ArraySlice<Record>, revision: Int64, token: ContinueToken?) {
        let resource = request.definition.storageName
        let namespace = request.namespace.isEmpty ? nil : request.namespace
        let query = request.http.query
        let choice = try RevisionChoice(query)
        let current = registry.store.revision
        if !query["continue"].isEmpty {
            guard choice.revision == nil || choice.revision == 0 else {
                throw .badRequest("specifying resource version is not allowed when using continue")
            }
            let token = try ContinueToken(parsing: query["continue"])
            guard token.revision <= current,
                let records = registry.store.records(of: resource, in: namespace, at: token.revision)
            else {
                throw .expired(
                    "The provided continue parameter is too old to display a consistent list result. You must start a "
                        + "new list without the continue parameter."
                )
            }
            return (records, token.revision, token)
        }
        if let revision = choice.revision, revision > current {
            throw .tooLargeResourceVersion(UInt64(revision), current: UInt64(current))
        }
        if let revision = choice.revision, revision > 0,
            choice.isExact || limit > 0 && query["resourceVersionMatch"].isEmpty
        {
            guard let records = registry.store.records(of: resource, in: namespace, at: revision) else {
                throw .expired("The resourceVersion for the provided list is too old.")
            }
            return (records, revision, nil)
        }
        let (records, revision) = registry.store.records(of: resource, in: namespace)
        return (records, revision, nil)
    }

    private func isBehind(_ record: Record, _ token: ContinueToken) -> Bool {
        let parts = token.start.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let (namespace, name) = parts.count == 2 ? (String(parts[0]), String(parts[1])) : ("", token.start)
        return record.key.namespace == namespace ? record.key.name > name : record.key.namespace > namespace
    }

    private static func position(_ record: Record) -> String {
        record.key.namespace.isEmpty ? record.key.name : "\(record.key.namespace)/\(record.key.name)"
    }
}
