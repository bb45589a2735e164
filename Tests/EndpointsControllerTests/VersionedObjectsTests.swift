import KubernetesAPI
import KubernetesObjects
import Testing

@testable import EndpointsController

/// Watch events after our own writes.
@Suite struct VersionedObjectsTests {
    private let name = NamespacedName(namespace: "default", name: "web")

    private func object(_ version: Int) -> ClassicEndpoints {
        var object = ClassicEndpoints(name: name)
        object.metadata["resourceVersion"] = .string("\(version)")
        return object
    }

    @Test func theEchoOfAWriteAndWhatCameBeforeItAreNoNews() {
        var objects = VersionedObjects<ClassicEndpoints>()
        objects.wrote(object(5), name)
        #expect(objects.told(object(4), name) == nil)
        #expect(objects.told(object(5), name) == nil)
        #expect(objects.told(object(6), name)?.before == object(5))
        #expect(objects[name] == object(6))
    }

    @Test func anAnswerThatComesAfterALaterEventChangesNothing() {
        var objects = VersionedObjects<ClassicEndpoints>()
        _ = objects.told(object(7), name)
        objects.wrote(object(5), name)
        #expect(objects[name] == object(7))
    }

    @Test func whatWeHaveDeletedDoesNotComeBackByOldEvents() {
        var objects = VersionedObjects<ClassicEndpoints>()
        _ = objects.told(object(5), name)
        objects.wroteDeletion(of: name)
        #expect(objects.told(object(5), name) == nil)
        #expect(objects[name] == nil)
        #expect(objects.toldRemoved(name, at: "6") == nil)
        #expect(objects.told(object(8), name) != nil)
    }

    @Test func aListFromBeforeOurCreationDoesNotRemoveIt() {
        var objects = VersionedObjects<ClassicEndpoints>()
        objects.wrote(object(9), name)
        #expect(objects.toldRemoved(name, at: "8") == nil)
        #expect(objects[name] != nil)
        #expect(objects.toldRemoved(name, at: "10") != nil)
        #expect(objects[name] == nil)
    }
}
