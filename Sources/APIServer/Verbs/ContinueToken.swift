import Foundation
import KubernetesObjects

/// The continuation of a paged list: the revision of all pages, and the object to start after.
struct ContinueToken: Hashable, Sendable {
    var revision: Int64
    /// `namespace/name`, or the name alone, of the last object.
    var start: String

    var text: String {
        let json: JSONValue = [
            "v": "meta.k8s.io/v1", "rv": .integer(revision), "start": .string(start + "\u{0}"),
        ]
        return Data(JSONWriter.bytes(json)).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    init(revision: Int64, start: String) {
        self.revision = revision
        self.start = start
    }

    init(parsing text: String) throws(APIStatus) {
        var base64 = text.replacing("-", with: "+").replacing("_", with: "/")
        base64 += String(repeating: "=", count: (4 - base64.count % 4) % 4)
        guard let data = Data(base64Encoded: base64) else {
            throw .badRequest("invalid continue token: continue key is not valid: illegal base64 data")
        }
        let json: JSONValue
        do throws(JSONSyntaxError) {
            json = try JSONParser.parse(Array(data))
        } catch {
            throw .badRequest("invalid continue token: continue key is not valid: \(error)")
        }
        guard json["v"]?.string == "meta.k8s.io/v1", let revision = json["rv"]?.integer, revision > 0,
            let start = json["start"]?.string, !start.isEmpty
        else {
            throw .badRequest(
                "invalid continue token: continue key is not valid: incorrect encoded start key or version")
        }
        self.revision = revision
        self.start = start.hasSuffix("\u{0}") ? String(start.dropLast()) : start
    }
}
