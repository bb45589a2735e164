import KubernetesObjects
import Testing

struct JSONTests {
    @Test func readsAndWritesWhatItReads() throws {
        let text = #"{"a":[1,-2.5,"x\ny",true,null],"b":{"c":"\u003c"}}"#
        let value = try JSONParser.parse(Array(text.utf8))
        #expect(value.description == text)
    }
}
