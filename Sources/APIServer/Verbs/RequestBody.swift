import KubernetesObjects

/// Reads bodies in the encodings that clients send.
enum RequestBody {
    /// The value and the paths of duplicate members; `nil` for an empty body.
    static func value(
        _ request: APIRequest, kind: String = "object", schemaType: String = "meta.v1.DeleteOptions"
    ) throws(APIStatus) -> (json: JSONValue, duplicates: [String])? {
        guard !request.body.isEmpty else { return nil }
        switch MediaType(request.header("content-type")).name {
        case "", "application/json":
            do throws(JSONSyntaxError) {
                let read = try JSONParser.parseReportingDuplicates(request.body)
                return (read.value, read.duplicates)
            } catch {
                throw .badRequest(
                    "the object provided is unrecognized (must be of type \(kind)): couldn't get version/kind; json "
                        + "parse error: \(error) (\(summary(request.body)))"
                )
            }
        case "application/yaml":
            return try yaml(request.body)
        case "application/vnd.kubernetes.protobuf":
            return try protobuf(request.body, schemaType: schemaType)
        default:
            throw .unsupportedMediaType(["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"])
        }
    }

    /// The beginning of a body: as text if it looks like JSON, otherwise in hexadecimal.
    private static func summary(_ body: [UInt8]) -> String {
        let start = body.prefix(30)
        let text =
            body.first == UInt8(ascii: "{")
            ? String(decoding: start, as: UTF8.self)
            : start.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return text + (body.count > start.count ? " ..." : "")
    }

    static func json(_ request: APIRequest) throws(APIStatus) -> JSONValue? {
        try value(request)?.json
    }
}
