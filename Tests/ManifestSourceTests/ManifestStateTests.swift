import KubernetesAPI
import Testing

@testable import ManifestSource

@Suite struct ManifestStateTests {
    private var state = ManifestState(folder: "/etc/manifests")

    private func service(_ name: String, port: Int = 80, nodePort: Int? = nil) -> String {
        let node = nodePort.map { ", nodePort: \($0)" } ?? ""
        return """
            ---
            kind: Service
            apiVersion: v1
            metadata: {name: \(name)}
            spec: {type: NodePort, clusterIP: 10.96.0.5, ports: [{port: \(port)\(node)}]}

            """
    }

    private func describe(_ settlement: ManifestState.Settlement) -> Set<String> {
        Set(
            settlement.changes.map { change in
                switch change {
                case .set(let object): "set \(object.key)"
                case .removed(let key): "removed \(key)"
                }
            })
    }

    @Test("new objects are reported once")
    mutating func firstSight() {
        state.update(file: "a.yaml", contents: Array((service("a") + service("b")).utf8))
        #expect(describe(state.settle()) == ["set Service default/a", "set Service default/b"])
        state.update(file: "a.yaml", contents: Array((service("a") + service("b")).utf8))
        let again = state.settle()
        #expect(again.changes.isEmpty && again.problems.isEmpty)
    }

    @Test("only the changed objects of an edited file are reported")
    mutating func edit() {
        state.update(file: "a.yaml", contents: Array((service("a") + service("b") + service("c")).utf8))
        _ = state.settle()
        state.update(file: "a.yaml", contents: Array((service("a") + service("b", port: 81)).utf8))
        #expect(describe(state.settle()) == ["set Service default/b", "removed Service default/c"])
    }

    @Test("an invalid file is reported once, and its previous contents stay")
    mutating func wrongFile() throws {
        state.update(file: "a.yaml", contents: Array(service("a").utf8))
        _ = state.settle()
        state.update(file: "a.yaml", contents: Array(service("a", port: 0).utf8))
        let settlement = state.settle()
        #expect(settlement.changes.isEmpty)
        #expect(
            settlement.problems.map(\.description) == [
                "/etc/manifests/a.yaml:5: Service default/a: spec.ports[0].port: 0 is not a port; "
                    + "use a number from 1 to 65535 — what was programmed stays"
            ])
        state.update(file: "a.yaml", contents: Array(service("a", port: 0).utf8))
        #expect(state.settle().problems.isEmpty)
        state.update(file: "a.yaml", contents: Array(service("a", port: 70000).utf8))
        #expect(state.settle().problems.count == 1)
    }

    @Test("an error that returns after being fixed is reported again")
    mutating func errorComesBack() {
        for text in [service("a", port: 0), service("a"), service("a", port: 0)] {
            state.update(file: "a.yaml", contents: Array(text.utf8))
            #expect(state.settle().problems.count == (text.contains("port: 0") ? 1 : 0))
        }
    }

    @Test("an invalid document holds back the whole file, but no other file")
    mutating func partlyWrong() {
        state.update(file: "a.yaml", contents: Array((service("a") + service("b", port: 0)).utf8))
        state.update(file: "b.yaml", contents: Array(service("c").utf8))
        let settlement = state.settle()
        #expect(describe(settlement) == ["set Service default/c"])
        #expect(settlement.problems.map(\.consequence) == ["nothing of this file is programmed"])
    }

    @Test("an empty file is reported and changes nothing, because files are empty before they are written")
    mutating func emptyFile() {
        state.update(file: "a.yaml", contents: Array(service("a").utf8))
        _ = state.settle()
        state.update(file: "a.yaml", contents: [])
        let settlement = state.settle()
        #expect(settlement.changes.isEmpty)
        #expect(settlement.problems.map(\.error.reason).first?.contains("the file is empty") == true)
    }

    @Test("a file with only comments has no objects", arguments: ["# gone\n", "---\n", "---\n---\n", "\n"])
    func comments(text: String) {
        var state = state
        state.update(file: "a.yaml", contents: Array(service("a").utf8))
        _ = state.settle()
        state.update(file: "a.yaml", contents: Array(text.utf8))
        let settlement = state.settle()
        #expect(describe(settlement) == ["removed Service default/a"])
        #expect(settlement.problems.isEmpty)
    }

    @Test("the objects of a removed file are removed")
    mutating func removal() {
        state.update(file: "a.yaml", contents: Array(service("a").utf8))
        _ = state.settle()
        state.remove(file: "a.yaml")
        #expect(describe(state.settle()) == ["removed Service default/a"])
    }

    @Test("an object that moves to another file has not changed")
    mutating func move() {
        state.update(file: "a.yaml", contents: Array(service("a").utf8))
        _ = state.settle()
        state.remove(file: "a.yaml")
        state.update(file: "b.yaml", contents: Array(service("a").utf8))
        #expect(state.settle().changes.isEmpty)
    }

    @Test("of two files with the same object the first by name counts, and the other is reported")
    mutating func twoFiles() {
        state.update(file: "b.yaml", contents: Array(service("a", port: 2).utf8))
        state.update(file: "a.yaml", contents: Array(service("a", port: 1).utf8))
        let settlement = state.settle()
        guard case .set(.service(let service)) = settlement.changes.first else {
            Issue.record("no Service")
            return
        }
        #expect(service.ports.map(\.port) == [1])
        #expect(settlement.problems.map(\.file) == ["/etc/manifests/b.yaml"])
        #expect(settlement.problems.first?.error.reason.contains("/etc/manifests/a.yaml:2") == true)
        state.remove(file: "a.yaml")
        #expect(describe(state.settle()) == ["set Service default/a"])
    }

    @Test("a node port claimed by two Services is reported with both names, and both Services stay")
    mutating func sharedNodePort() {
        state.update(file: "a.yaml", contents: Array(service("a", nodePort: 30080).utf8))
        state.update(file: "b.yaml", contents: Array(service("b", nodePort: 30080).utf8))
        let settlement = state.settle()
        #expect(settlement.changes.count == 2)
        #expect(
            settlement.problems.map(\.error.description) == [
                "Service default/b: spec.ports[0].nodePort: 30080/TCP is a node port of Service default/a too; "
                    + "give one of the two another"
            ])
    }

    @Test("a Service without a cluster IP is reported, because none is allocated")
    mutating func missingClusterIP() {
        state.update(
            file: "a.yaml",
            contents: Array("kind: Service\napiVersion: v1\nmetadata: {name: a}\nspec: {ports: [{port: 1}]}".utf8))
        let settlement = state.settle()
        #expect(settlement.changes.count == 1)
        #expect(settlement.problems.map(\.error.field) == ["spec.clusterIP"])
    }

    @Test("documents of other kinds are reported once")
    mutating func ignored() {
        for expected in [["/etc/manifests/a.yaml:1: apps/v1 Deployment"], []] {
            state.update(file: "a.yaml", contents: Array("kind: Deployment\napiVersion: apps/v1\n".utf8))
            #expect(state.settle().ignored == expected)
        }
    }
}
