import Foundation
import KubernetesAPI
import KubernetesTestKit
import Testing

/// The recorded clusters hold `List`s of mixed kinds, which no API server sends; their items are read one by one.
@Suite struct ScenarioReadingTests {
    @Test("every object of the recorded clusters is read")
    func allObjects() throws {
        var read = 0
        for name in try FileManager.default.contentsOfDirectory(atPath: Fixtures.scenarios.path)
        where !name.hasSuffix(".md") {
            let data = try Data(contentsOf: Fixtures.scenarios.appending(path: "\(name)/served.json"))
            let list = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
            for item in try #require(list["items"] as? [[String: Any]]) {
                let kind = try #require((item["kind"] as? String).flatMap(ObjectKind.init))
                let object = try WireFormat.json.readObject(
                    [UInt8](try JSONSerialization.data(withJSONObject: item)), of: kind)
                let metadata = try #require(item["metadata"] as? [String: Any])
                #expect(object.metadata.name == metadata["name"] as? String)
                read += 1
            }
        }
        #expect(read > 60)
    }
}
