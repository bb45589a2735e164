/// The rules for Events of the core group.
package struct EventBehaviour: ResourceBehaviour {
    package init() {}

    package var allowsCreateOnUpdate: Bool { true }

    package func nameProblems(_ name: String, isPrefix: Bool) -> [String] {
        NameRule.subdomain.problems(name, isPrefix: isPrefix)
    }

    package func validateCreate(_ document: Document) -> [FieldError] {
        let namespace = document["involvedObject"]["namespace"].text
        let isFine =
            namespace.isEmpty
            ? ["", "default", "kube-system"].contains(document.namespace) : namespace == document.namespace
        return isFine
            ? [] : [.invalid("involvedObject.namespace", .string(namespace), "does not match event.namespace")]
    }

    package func validateUpdate(_ document: Document, old: Document, subresource: String) -> [FieldError] {
        validateCreate(document)
    }

    private static let involvedFields = [
        "kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath",
    ]

    package var selectableFieldNames: [String] {
        Self.involvedFields.map { "involvedObject.\($0)" } + ["reason", "reportingComponent", "source", "type"]
    }

    package func selectableFields(_ document: Document) -> [(name: String, value: String)] {
        let component = document["source"]["component"].text
        let reporter = document["reportingComponent"].text
        return Self.involvedFields.map { ("involvedObject.\($0)", document["involvedObject"][$0].text) } + [
            ("reason", document["reason"].text), ("reportingComponent", reporter),
            ("source", component.isEmpty ? reporter : component), ("type", document["type"].text),
        ]
    }

    static let columns = [
        TableColumn("Last Seen", description: "When this happened last."),
        TableColumn("Type", description: "Normal or Warning."),
        TableColumn("Reason", description: "Why, in one word."),
        TableColumn("Object", description: "What it happened to."),
        TableColumn("Subobject", priority: 1, description: "The part of the object that it happened to."),
        TableColumn("Source", priority: 1, description: "Who has reported it."),
        TableColumn("Message", description: "What has happened."),
        TableColumn("First Seen", priority: 1, description: "When this happened first."),
        TableColumn("Count", priority: 1, description: "How often it has happened."),
        TableColumn("Name", format: "name", priority: 1, description: "The name of the Event."),
    ]

    package func cells(_ document: Document, now: Int64) -> [JSONValue] {
        let eventTime = document["eventTime"]?.string
        let first = document["firstTimestamp"]?.string ?? eventTime
        let last = document["series"]["lastObservedTime"]?.string ?? document["lastTimestamp"]?.string ?? first
        let object = document["involvedObject"]
        let kind = object["kind"].text.lowercased()
        let name = object["name"].text
        let source = document["source"]
        let component =
            source["component"].text.isEmpty ? document["reportingComponent"].text : source["component"].text
        let host = source["host"].text.isEmpty ? document["reportingInstance"].text : source["host"].text
        let count = document["series"]["count"]?.integer ?? max(document["count"].number, 1)
        return [
            .string(TableText.age(last, now: now)), .string(document["type"].text), .string(document["reason"].text),
            .string(name.isEmpty ? kind : "\(kind)/\(name)"), .string(object["fieldPath"].text),
            .string(host.isEmpty ? component : "\(component), \(host)"),
            .string(document["message"].text.trimmingBlanks), .string(TableText.age(first, now: now)),
            .integer(count), .string(document.name),
        ]
    }
}
