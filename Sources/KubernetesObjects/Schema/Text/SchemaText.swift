/// The types of the API as text; `SchemaTextReader` explains it.
enum SchemaText {
    static let all: [StaticString] = [
        absent, apps, containers, core, meta, networking, nodes, pods, reviews, services, volumes,
    ]
}
