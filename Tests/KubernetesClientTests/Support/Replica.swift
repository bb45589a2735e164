import KubernetesAPI
import ObjectSource

@testable import KubernetesClient

/// The state that results from applying every change of an inbox.
struct Replica {
    private(set) var objects: [ObjectKey: KubernetesObject] = [:]
    private(set) var isSynchronized = false

    /// `default/web@7` …, in order.
    var summary: [String] { objects.values.map(\.summary).sorted() }

    mutating func apply(_ changes: [ObjectChange]) {
        for change in changes {
            switch change {
            case .set(let object): objects[object.key] = object
            case .removed(let key): objects[key] = nil
            }
        }
    }

    /// Applies changes from `inbox` until `isEnough`.
    mutating func follow(_ inbox: ObjectInbox, until isEnough: (Replica) -> Bool) async throws {
        while !isEnough(self) {
            guard let batch = await inbox.next() else { throw CancellationError() }
            apply(batch.changes)
            isSynchronized = batch.isSynchronized
        }
    }
}

extension KubernetesObject {
    var summary: String { "\(metadata.namespacedName)@\(metadata.resourceVersion)" }
}

/// A Service with only name and version.
func service(_ name: String, _ version: Int) -> KubernetesObject {
    .service(Service(metadata: ObjectMeta(namespace: "default", name: name, resourceVersion: "\(version)")))
}

func key(_ name: String) -> ObjectKey {
    ObjectKey(kind: .service, name: NamespacedName(namespace: "default", name: name))
}

extension Reflector {
    /// A whole page at once.
    mutating func received(_ page: ListPage, at now: ContinuousClock.Instant) -> Step {
        var step = Step()
        for object in page.objects { step.append(listed(.success(object))) }
        for problem in page.problems { step.append(listed(.failure(problem))) }
        step.append(endedPage(resourceVersion: page.resourceVersion, continueToken: page.continueToken, at: now))
        return step
    }
}
