/// The types of all kinds: field names, protobuf numbers, how lists merge, what Go leaves out.
///
/// It is read from the text in `SchemaText` once.
package struct Schema: Sendable {
    package let types: [SchemaType]
    private let indexByName: [String: Int]
    /// The values that a string type allows, sorted, by the type's Go name such as `v1.ServiceType`.
    package let enumerations: [String: [String]]

    package static let kubernetes = Schema(SchemaText.all)

    package subscript(index: Int) -> SchemaType { types[index] }

    package func index(of name: String) -> Int? { indexByName[name] }

    package func type(_ name: String) -> SchemaType? { indexByName[name].map { types[$0] } }

    /// Whether a Go name such as `v1.ServiceSpec` is that of an object type, and not of a text with a name.
    func isStructure(_ goName: String) -> Bool {
        types.contains { $0.name.hasSuffix(".\(goName)") }
    }

    init(_ texts: [StaticString]) {
        var reader = SchemaTextReader()
        for text in texts {
            text.withUTF8Buffer { bytes in
                for line in bytes.split(separator: UInt8(ascii: "\n")) {
                    reader.take(String(decoding: line, as: UTF8.self))
                }
            }
        }
        (types, indexByName) = reader.finish()
        enumerations = reader.enumerations
    }
}
