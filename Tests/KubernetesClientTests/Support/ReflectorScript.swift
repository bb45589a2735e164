import KubernetesAPI

@testable import KubernetesClient

/// A reflector, the time, and the results of its steps.
struct ReflectorScript {
    var reflector = Reflector(kind: .service, seed: 1)
    var now = ContinuousClock.now
    var replica = Replica()
    var next = Step.Next.read
    var reports: [String] = []
    var isSynchronized = false

    mutating func take(_ step: Step) {
        replica.apply(step.changes)
        reports += step.reports.map { $0.text(server: "https://10.0.0.1:6443") }
        isSynchronized = isSynchronized || step.isSynchronized
        next = step.next
    }

    mutating func start() { take(reflector.start()) }
    mutating func open() { reflector.opened(at: now) }
    mutating func event(_ event: WatchEvent) { take(reflector.received(event, at: now)) }
    mutating func set(_ name: String, _ version: Int) { event(.set(service(name, version))) }
    mutating func end(_ version: Int) { event(.bookmark(resourceVersion: "\(version)", endsInitialEvents: true)) }
    mutating func fail(_ failure: RequestFailure) { take(reflector.failed(failure, at: now)) }
    mutating func close(after duration: Duration = .seconds(400)) {
        now += duration
        take(reflector.closed(at: now))
    }
    mutating func page(_ version: Int, continues: String = "", _ objects: [KubernetesObject]) {
        let page = ListPage(resourceVersion: "\(version)", continueToken: continues, objects: objects)
        open()
        take(reflector.received(page, at: now))
    }

    /// The current delay.
    mutating func wait() throws -> Duration {
        guard case .wait(let delay) = next else { throw Unexpected(next: next) }
        now += delay
        take(reflector.wokeUp())
        return delay
    }

    func watch() throws -> WatchRequest {
        guard case .watch(let request) = next else { throw Unexpected(next: next) }
        return request
    }

    func list() throws -> ListRequest {
        guard case .list(let request) = next else { throw Unexpected(next: next) }
        return request
    }

    /// Two known Services, at version 5, and an open watch.
    static func watching() -> ReflectorScript {
        var script = ReflectorScript()
        script.start()
        script.open()
        script.set("a", 3)
        script.set("b", 4)
        script.end(5)
        return script
    }

    /// The same, with a server without WatchList.
    static func listed() throws -> ReflectorScript {
        var script = ReflectorScript()
        script.start()
        script.fail(.status(code: 422, "Invalid", "sendInitialEvents is forbidden"))
        script.page(5, [service("a", 3), service("b", 4)])
        script.open()
        return script
    }
}

/// An unexpected step.
struct Unexpected: Error {
    var next: Step.Next
}
