import KubernetesAPI
import Testing

@Suite struct LabelsTests {
    @Test("labels are set, replaced and removed by key")
    func editing() {
        var labels: Labels = ["b": "2", "a": "1"]
        labels["c"] = "3"
        labels["a"] = "0"
        labels["b"] = nil
        #expect(labels.dictionary == ["a": "0", "c": "3"])
        #expect(labels["b"] == nil && labels["c"] == "3")
    }

    @Test("the order in which labels were set does not matter")
    func equality() {
        var labels = Labels()
        for key in ["c", "a", "b"] { labels[key] = key }
        #expect(labels == ["a": "a", "b": "b", "c": "c"])
    }

    @Test("a selector matches objects with all of its labels")
    func matching() {
        let labels: Labels = ["app": "web", "tier": "front"]
        #expect(labels.matches(["app": "web"]))
        #expect(labels.matches([:]))
        #expect(!labels.matches(["app": "db"]))
        #expect(!labels.matches(["app": "web", "zone": "z1"]))
    }
}
