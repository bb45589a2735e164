import Foundation
package import KubernetesObjects
import KubernetesTestKit

/// Objects and steps, and the EndpointSlices and Endpoints that kube-controller-manager 1.36 made from them.
package struct RecordedCase: Sendable, CustomStringConvertible {
    /// A user's request to the API server.
    package struct Request: Sendable {
        package var method: String
        /// The path of an object or a collection, possibly with a query.
        package var path: String
        /// Instead of `path`: a list of objects to which the request applies.
        package var each: String?
        package var type: String
        package var body: JSONValue?
    }

    /// `01-basic`
    package let name: String
    /// To be created in order; then `status` is written to the status subresource.
    package let input: [Document]
    package let steps: [[Request]]

    package var description: String { name }

    /// The namespace of the objects: `case-01`.
    package var namespace: String { "case-\(name.prefix(2))" }

    /// The names of all cases.
    package static let all: [String] = {
        let names = try? FileManager.default.contentsOfDirectory(atPath: Fixtures.controllers.path)
        return (names ?? []).sorted()
    }()

    package init(_ name: String) throws {
        self.name = name
        input = try Self.json(name, "input").array.map { $0.compactMap { $0.object.map(Document.init) } } ?? []
        steps =
            try Self.json(name, "steps").array.map { steps in
                steps.map { step in Optional(step).items.map(Request.init) }
            } ?? []
    }

    /// The state after a step; 0 for after the input.
    package func expected(after step: Int) throws -> JSONValue {
        EndpointsPicture.ordered(try Self.json(name, "expected-\(step)"))
    }

    private static func json(_ name: String, _ file: String) throws -> JSONValue {
        let url = Fixtures.controllers.appending(path: "\(name)/\(file).json")
        return try JSONParser.parse([UInt8](try Data(contentsOf: url)))
    }
}

extension RecordedCase.Request {
    fileprivate init(_ json: JSONValue) {
        method = json["method"].text
        path = json["path"].text
        each = json["each"]?.string
        type = json["type"]?.string ?? "application/json"
        body = json["body"]
    }
}
