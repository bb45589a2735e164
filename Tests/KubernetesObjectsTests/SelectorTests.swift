import KubernetesObjects
import Testing

struct SelectorTests {
    @Test(arguments: [
        ("", true), ("app=web", true), ("app==web", true), ("app!=web", false), ("app in (web,shop)", true),
        ("app notin (web)", false), ("tier", false), ("!tier", true), ("app,n>4", true), ("n<4", false),
        ("tier!=x", true), ("tier notin (x)", true), (" app = web , n ", true),
    ])
    func matchesLabels(text: String, isMatch: Bool) throws {
        #expect(try LabelSelector(parsing: text).matches(["app": "web", "n": "5"]) == isMatch)
    }

    @Test(arguments: [
        ("a,,b", "found ',', expected: identifier after ','"),
        ("app in web", "unable to parse requirement: found 'web' expected: '('"),
        ("=x", "found '=', expected: !, identifier, or 'end of string'"),
    ])
    func saysWhatIsWrong(text: String, message: String) {
        let status = #expect(throws: APIStatus.self) { try LabelSelector(parsing: text) }
        #expect(status?.message == message)
    }

    @Test func fieldSelectorsKnowTheFieldsOfTheKind() throws {
        let pods = try #require(ResourceTable.kubernetes.definition(GroupVersion("v1"), resource: "pods"))
        let selector = try FieldSelector(parsing: "spec.nodeName=n1,metadata.name!=a", pods)
        #expect(selector.matches(["spec.nodeName": "n1", "metadata.name": "b"]))
        #expect(!selector.matches(["spec.nodeName": "n1", "metadata.name": "a"]))
        let status = #expect(throws: APIStatus.self) { try FieldSelector(parsing: "spec.hostname=x", pods) }
        #expect(status?.message == "field label not supported: spec.hostname")
    }
}
