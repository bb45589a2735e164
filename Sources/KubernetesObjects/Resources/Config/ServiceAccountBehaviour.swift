/// The rules for ServiceAccounts.
package struct ServiceAccountBehaviour: ResourceBehaviour {
    package init() {}

    package func nameProblems(_ name: String, isPrefix: Bool) -> [String] {
        NameRule.subdomain.problems(name, isPrefix: isPrefix)
    }

    static let columns = [
        TableColumn.name,
        TableColumn("Secrets", type: "string", description: "How many Secrets the account may use."),
        TableColumn.age,
    ]

    package func cells(_ document: Document, now: Int64) -> [JSONValue] {
        [
            .string(document.name), .integer(Int64(document["secrets"].items.count)),
            TableText.age(document, now: now),
        ]
    }
}
