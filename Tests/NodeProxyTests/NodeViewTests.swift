import KubernetesAPI
import NodeProxy
import Testing

@Suite("The Node")
struct NodeViewTests {
    @Test(
        "load balancers continue until the Node is being deleted or tainted for removal, even if it is absent")
    func eligibility() {
        var view = NodeView(name: "n1")
        #expect(view.isEligible)
        view.take([.set(node("n1", isBeingDeleted: true))])
        #expect(!view.isEligible)
        view.take([.set(node("n1"))])
        #expect(view.isEligible)
        view.take([.set(node("n1", taint: "ToBeDeletedByClusterAutoscaler"))])
        #expect(!view.isEligible)
        view.take([.set(node("n1", taint: "node.kubernetes.io/unreachable"))])
        #expect(view.isEligible)
        view.take([removed(node("n1"))])
        #expect(view.isEligible)
    }

    @Test("changes of other Nodes are ignored")
    func others() {
        var view = NodeView(name: "n1")
        view.take([.set(node("n2", isBeingDeleted: true)), removed(node("n3"))])
        #expect(view.isEligible)
    }

    @Test("a missing Node is reported with the existing names")
    func missing() {
        var view = NodeView(name: "n1")
        #expect(view.missing == "there is no Node named n1")
        #expect(!view.isMisnamed)
        view.take((2...9).map { .set(node("n\($0)")) })
        #expect(view.missing?.contains("only n2, n3, n4, n5, n6, …") == true)
        #expect(view.isMisnamed)
        view.take([.set(node("n1"))])
        #expect(view.missing == nil)
    }
}
