/// A field that holds a number or a name, such as `targetPort`.
enum IntOrString: Decodable, Equatable {
    case number(Int)
    case text(String)

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do {
            self = .number(try container.decode(Int.self))
        } catch is DecodingError {
            self = .text(try container.decode(String.self))
        }
    }
}
