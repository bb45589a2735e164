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
                        + "parse error: \(error)"
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

    static func json(_ request: APIRequest) throws(APIStatus) -> JSONValue? {
        try value(request)?.json
    }
}
