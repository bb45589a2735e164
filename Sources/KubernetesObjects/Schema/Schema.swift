/// The types of all kinds: field names, protobuf numbers, merge rules of lists, values that Go omits.
///
/// Read once from the text in `SchemaText`.
package struct Schema: Sendable {
    package let types: [SchemaType]
    private let indexByName: [String: Int]
    /// The permitted values of a string type, sorted, by the type's Go name such as `v1.ServiceType`.
    package let enumerations: [String: [String]]

    package static let kubernetes = Schema(SchemaText.all)

    package subscript(index: Int) -> SchemaType { types[index] }

    package func index(of name: String) -> Int? { indexByName[name] }

    package func type(_ name: String) -> SchemaType? { indexByName[name].map { types[$0] } }

    /// Whether a Go name such as `v1.ServiceSpec` names an object type rather than a string type.
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
