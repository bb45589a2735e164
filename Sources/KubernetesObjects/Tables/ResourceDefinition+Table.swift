extension ResourceDefinition {
    /// `columnDefinitions` of a `meta.k8s.io/v1` Table.
    package var tableColumns: JSONValue { Self.definitions(of: shownColumns) }

    private static func definitions(of columns: [TableColumn]) -> JSONValue {
        .array(
            columns.map { column in
                [
                    "name": .string(column.name), "type": .string(column.type), "format": .string(column.format),
                    "description": .string(column.description), "priority": .integer(Int64(column.priority)),
                ]
            })
    }

    /// The cells of an object's row.
    ///
    /// `now`: Seconds since 1970, for ages.
    ///
    /// - Returns: One value for each column.
    package func tableCells(_ document: Document, now: Int64) -> [JSONValue] {
        behaviour.cells(document, now: now)
    }

    /// A `meta.k8s.io/v1` Table.
    ///
    /// `includeObject`: `None`, `Metadata` (also if empty) or `Object`: what rows contain besides their cells.
    /// `withColumns`: Watches omit the columns after the first event. `now`: Seconds since 1970, for ages.
    ///
    /// - Returns: The Table.
    package func table(
        _ documents: [Document], resourceVersion: String, continueToken: String = "", remainingItemCount: Int64? = nil,
        includeObject: String = "", withColumns: Bool = true, now: Int64
    ) -> JSONValue {
        var metadata = JSONObject()
        if !resourceVersion.isEmpty { metadata["resourceVersion"] = .string(resourceVersion) }
        if !continueToken.isEmpty { metadata["continue"] = .string(continueToken) }
        if let remainingItemCount { metadata["remainingItemCount"] = .integer(remainingItemCount) }
        let rows = documents.map {
            Self.row($0, includeObject: includeObject, cells: tableCells($0, now: now))
        }
        return [
            "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": .object(metadata),
            "columnDefinitions": withColumns ? tableColumns : .null, "rows": .array(rows),
        ]
    }

    static func row(_ document: Document, includeObject: String, cells: [JSONValue]) -> JSONValue {
        let object: JSONValue
        switch includeObject {
        case "None": object = .null
        case "Object": object = .object(document.object)
        default:
            object = [
                "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1",
                "metadata": .object(document.metadata),
            ]
        }
        return ["cells": .array(cells), "object": object]
    }

    static func table(columns: [TableColumn], resourceVersion: String, rows: [JSONValue]) -> JSONValue {
        [
            "kind": "Table", "apiVersion": "meta.k8s.io/v1",
            "metadata": ["resourceVersion": .string(resourceVersion)], "columnDefinitions": definitions(of: columns),
            "rows": .array(rows),
        ]
    }

    private var shownColumns: [TableColumn] {
        columns.isEmpty ? [.name, TableColumn("Created At", type: "date")] : columns
    }
}
