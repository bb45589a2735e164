/// The rules for ComponentStatuses, which old clients still request.
package struct ComponentStatusBehaviour: ResourceBehaviour {
    package init() {}

    static let columns = [
        TableColumn.name,
        TableColumn("Status", description: "Healthy, Unhealthy or Unknown."),
        TableColumn("Message", description: "What the component has said."),
        TableColumn("Error", description: "Why it could not be asked."),
    ]

    package func cells(_ document: Document, now: Int64) -> [JSONValue] {
        let condition = document["conditions"].items.first { $0["type"].text == "Healthy" }
        let status = ["True": "Healthy", "False": "Unhealthy"][condition["status"].text] ?? "Unknown"
        return [
            .string(document.name), .string(status), .string(condition["message"].text),
            .string(condition["error"].text),
        ]
    }
}
