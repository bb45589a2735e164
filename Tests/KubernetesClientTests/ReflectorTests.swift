import KubernetesAPI
import Testing

@testable import KubernetesClient

@Suite struct ReflectorTests {
    /// A reflector, the time, and what came of its steps.
    private struct Script {
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

        /// The delay that is waited out.
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

        /// Two Services known, at version 5, and a watch open.
        static func watching() -> Script {
            var script = Script()
            script.start()
            script.open()
            script.set("a", 3)
            script.set("b", 4)
            script.end(5)
            return script
        }

        /// The same, of a server that cannot do WatchList.
        static func listed() throws -> Script {
            var script = Script()
            script.start()
            script.fail(.status(code: 422, "Invalid", "sendInitialEvents is forbidden"))
            script.page(5, [service("a", 3), service("b", 4)])
            script.open()
            return script
        }
    }

    private struct Unexpected: Error {
        var next: Step.Next
    }

    // MARK: - In good order

    @Test func `everything is told by one watch, synchronized at its bookmark`() throws {
        var script = Script()
        script.start()
        let request = try script.watch()
        #expect(request.sendInitialEvents && request.resourceVersion.isEmpty)
        #expect((.seconds(300)...(.seconds(600))).contains(request.timeout))
        script.open()
        script.set("a", 3)
        script.event(.bookmark(resourceVersion: "4", endsInitialEvents: false))
        #expect(!script.isSynchronized)
        script.end(5)
        #expect(script.isSynchronized)
        #expect(script.replica.summary == ["default/a@3"])
        #expect(script.reflector.version == "5")
    }

    @Test func `a closed watch resumes at the last version heard of, be it that of a bookmark`() throws {
        var script = Script.watching()
        script.set("a", 7)
        script.event(.removed(key("b"), resourceVersion: "8"))
        script.close()
        #expect(try script.watch().resourceVersion == "8")
        #expect(try !script.watch().sendInitialEvents)
        script.open()
        script.event(.bookmark(resourceVersion: "12", endsInitialEvents: false))
        script.close()
        #expect(try script.watch().resourceVersion == "12")
        #expect(script.replica.summary == ["default/a@7"])
        #expect(script.reports.isEmpty)
    }

    @Test func `what is known already is not posted again`() {
        var script = Script.watching()
        #expect(script.reflector.received(.set(service("a", 3)), at: script.now).changes.isEmpty)
        #expect(script.reflector.received(.removed(key("z"), resourceVersion: "9"), at: script.now).changes.isEmpty)
        #expect(script.reflector.received(.set(service("a", 10)), at: script.now).changes.count == 1)
    }

    @Test func `pages follow each other and end in a watch`() throws {
        var script = Script()
        script.start()
        script.fail(.status(code: 422, "Invalid"))
        #expect(try script.list() == ListRequest(resourceVersion: "0", limit: 500))
        script.page(5, continues: "token", [service("a", 3)])
        #expect(try script.list() == ListRequest(resourceVersion: "", limit: 500, continueToken: "token"))
        #expect(!script.isSynchronized)
        script.page(5, [service("b", 4)])
        #expect(script.isSynchronized)
        #expect(try script.watch().resourceVersion == "5")
    }

    // MARK: - WatchList refused

    @Test(arguments: [
        RequestFailure.status(code: 400, "BadRequest", "sendInitialEvents: unknown"),
        .status(code: 422, "Invalid", "resourceVersionMatch is forbidden for watch"),
        .status(code: 403, "Forbidden", "sendInitialEvents is forbidden for watch"),
        .status(
            code: 500, "InternalError",
            "a watch stream was requested by the client but the required storage feature RequestWatchProgress is disabled"
        ),
    ])
    func `a server that refuses WatchList is listed at once, and ever after`(failure: RequestFailure) throws {
        var script = Script()
        script.start()
        script.fail(failure)
        #expect(try script.list().resourceVersion == "0")
        script.page(5, [])
        script.open()
        script.fail(.expired)
        _ = try script.wait()
        #expect(try script.list() == ListRequest(resourceVersion: "", limit: 500))
    }

    @Test func `an ERROR event refuses WatchList as well`() throws {
        var script = Script()
        script.start()
        script.open()
        script.event(.error(Status(code: 500, reason: "InternalError", message: "… RequestWatchProgress is disabled")))
        _ = try script.list()
    }

    @Test func `a server that knows nothing of initial events is found out at the second try`() throws {
        var script = Script()
        script.start()
        script.open()
        script.set("a", 3)
        script.close()
        _ = try script.wait()
        #expect(try script.watch().sendInitialEvents)
        script.open()
        script.fail(.silent(.seconds(60)))
        _ = try script.wait()
        _ = try script.list()
    }

    @Test func `missing rights are no reason to give up WatchList`() throws {
        var script = Script()
        script.start()
        script.fail(.status(code: 403, "Forbidden", "services is forbidden: User \"x\" cannot watch resource"))
        _ = try script.wait()
        #expect(try script.watch().sendInitialEvents)
    }

    // MARK: - Replacements

    @Test(arguments: [false, true])
    func `an expired version leads to a replacement that removes what vanished`(asEvent: Bool) throws {
        var script = Script.watching()
        if asEvent {
            script.event(.error(Status(code: 410, reason: "Expired", message: "too old resource version: 2 (257)")))
        } else {
            script.fail(.expired)
        }
        _ = try script.wait()
        #expect(try script.watch().sendInitialEvents)
        script.open()
        script.set("a", 3)
        script.set("c", 8)
        #expect(script.replica.summary == ["default/a@3", "default/b@4", "default/c@8"])
        script.end(9)
        #expect(script.replica.summary == ["default/a@3", "default/c@8"])
    }

    @Test func `a replacement that breaks off removes nothing and resumes nothing`() throws {
        var script = Script.watching()
        script.fail(.expired)
        _ = try script.wait()
        script.open()
        script.set("c", 80)
        #expect(script.reflector.version == "5")
        script.fail(.connection("reset"))
        _ = try script.wait()
        #expect(try script.watch().sendInitialEvents)
        #expect(script.replica.summary == ["default/a@3", "default/b@4", "default/c@80"])
        script.open()
        script.set("c", 80)
        script.end(90)
        #expect(script.replica.summary == ["default/c@80"])
    }

    @Test func `pages that expire under our hands lead to one list without pages`() throws {
        var script = try Script.listed()
        script.fail(.expired)
        _ = try script.wait()
        script.page(20, continues: "token", [service("a", 3)])
        script.fail(.expired)
        _ = try script.wait()
        #expect(try script.list() == ListRequest(resourceVersion: "", limit: nil))
        script.page(30, [service("b", 4)])
        #expect(script.replica.summary == ["default/b@4"])
    }

    @Test func `a page that got lost is asked for again`() throws {
        var script = try Script.listed()
        script.fail(.expired)
        _ = try script.wait()
        script.page(20, continues: "token", [service("a", 3)])
        script.fail(.connection("reset"))
        _ = try script.wait()
        #expect(try script.list().continueToken == "token")
        script.page(20, [])
        #expect(script.replica.summary == ["default/a@3"])
    }

    @Test func `a list that is too large is asked for in pages, and in smaller ones`() throws {
        var script = Script()
        script.start()
        script.fail(.status(code: 422, "Invalid"))
        #expect(try script.list() == ListRequest(resourceVersion: "0", limit: 500))
        script.fail(.tooLarge(limit: 64 << 20))
        _ = try script.wait()
        #expect(try script.list() == ListRequest(resourceVersion: "", limit: 500))
        script.fail(.tooLarge(limit: 64 << 20))
        _ = try script.wait()
        #expect(try script.list() == ListRequest(resourceVersion: "", limit: 250))
    }

    @Test func `a version that the server has not reached leads to the most recent state`() throws {
        var script = try Script.listed()
        script.fail(
            .status(
                Status(code: 504, reason: "Timeout", retryAfterSeconds: 1, causes: ["ResourceVersionTooLarge"]),
                retryAfter: .seconds(1)))
        #expect(try script.wait() >= .seconds(1))
        #expect(try script.list() == ListRequest(resourceVersion: "", limit: 500))
    }

    @Test func `an event that cannot be read leads to a replacement`() throws {
        var script = Script.watching()
        script.fail(.unreadable("not JSON"))
        _ = try script.wait()
        #expect(try script.watch().sendInitialEvents)
    }

    // MARK: - Watches that fail

    @Test(arguments: [
        RequestFailure.refused, .connection("reset"), .silent(.seconds(630)), .credentials("no token"),
        .status(code: 429, "TooManyRequests"), .status(code: 403, "Forbidden"), .status(code: 401, "Unauthorized"),
        .status(code: 503, "ServiceUnavailable"),
    ])
    func `a server that cannot be reached is asked for the watch again, not for a list`(failure: RequestFailure) throws
    {
        var script = Script.watching()
        script.close()
        for _ in 0..<10 {
            script.fail(failure)
            _ = try script.wait()
            #expect(try script.watch().resourceVersion == "5")
            #expect(try !script.watch().sendInitialEvents)
        }
        #expect(script.replica.summary == ["default/a@3", "default/b@4"])
    }

    @Test func `a watch that ends at once and empty has failed`() throws {
        var script = Script.watching()
        script.close()
        script.open()
        script.event(.bookmark(resourceVersion: "5", endsInitialEvents: false))
        script.close(after: .milliseconds(900))
        #expect(try script.wait() > .zero)
        #expect(try script.watch().resourceVersion == "5")
        script.open()
        script.set("a", 6)
        script.close(after: .milliseconds(900))
        #expect(try script.watch().resourceVersion == "6")
    }

    @Test func `a server that breaks off each watch is asked for everything at the third time`() throws {
        var script = Script.watching()
        let error = WatchEvent.error(Status(code: 500, reason: "InternalError", message: "etcd lost it"))
        for _ in 0..<2 {
            script.open()
            script.event(error)
            _ = try script.wait()
            #expect(try !script.watch().sendInitialEvents)
        }
        script.open()
        script.event(error)
        _ = try script.wait()
        #expect(try script.watch().sendInitialEvents)
    }

    @Test func `credentials that were refused are renewed at once, but only once`() throws {
        var script = Script.watching()
        script.close()
        script.fail(.status(code: 401, "Unauthorized"))
        #expect(try script.wait() == .zero)
        script.fail(.status(code: 401, "Unauthorized"))
        #expect(try script.wait() > .zero)
        script.open()
        script.close()
        script.fail(.status(code: 401, "Unauthorized"))
        #expect(try script.wait() == .zero)
    }

    @Test func `Retry-After is heeded`() throws {
        var script = Script.watching()
        script.close()
        script.fail(.status(code: 429, "TooManyRequests", retryAfter: .seconds(17)))
        #expect(try script.wait() == .seconds(17))
        script.open()
        script.event(.error(Status(code: 429, reason: "TooManyRequests", retryAfterSeconds: 18)))
        #expect(try script.wait() == .seconds(18))
    }

    @Test func `a watch may be silent until beyond its end, a response for a minute`() throws {
        var script = Script()
        script.start()
        #expect(script.reflector.patience == .seconds(60))
        script.open()
        script.end(5)
        script.close()
        #expect(script.reflector.patience == .seconds(60))
        script.open()
        #expect(try script.reflector.patience == script.watch().timeout + .seconds(30))
    }

    // MARK: - Objects that cannot be used

    @Test func `an object that became unreadable keeps its last value, through replacements too`() throws {
        var script = Script.watching()
        let problem = ObjectError(
            object: "Service default/a", field: "spec.ports[0].port", reason: "65536 is not a port")
        script.event(.unusable(problem, key: key("a"), resourceVersion: "6"))
        #expect(script.reflector.version == "6")
        #expect(script.reports.count == 1)
        #expect(script.reports[0].hasPrefix("Service default/a: spec.ports[0].port: 65536 is not a port; "))
        script.fail(.expired)
        _ = try script.wait()
        script.open()
        script.event(.unusable(problem, key: key("a"), resourceVersion: "6"))
        script.end(7)
        #expect(script.replica.summary == ["default/a@3"])
    }

    @Test func `a list keeps what it holds in a form that cannot be used`() throws {
        var script = try Script.listed()
        script.fail(.expired)
        _ = try script.wait()
        let problem = ObjectError(object: "Service default/b", field: "spec", reason: "is missing")
        script.open()
        script.take(
            script.reflector.received(
                ListPage(resourceVersion: "9", objects: [], problems: [problem]), at: script.now))
        #expect(script.replica.summary == ["default/b@4"])
    }

    // MARK: - Log lines

    @Test func `the end of a time of failures is one line`() throws {
        var script = Script.watching()
        for _ in 0..<3 {
            script.fail(.refused)
            script.now += .seconds(10)
            _ = try script.wait()
        }
        script.open()
        #expect(script.reports.count == 3)
        script.set("a", 6)
        script.set("a", 7)
        #expect(script.reports.count == 4)
        #expect(
            try #require(script.reports.last).wholeMatch(
                of: /watch services: https:\/\/10\.0\.0\.1:6443 answers again after 3\d(\.\d)? s/) != nil)
    }

    @Test func `a failure is one line that says what, who, why, when and what now`() throws {
        var script = Script()
        script.start()
        script.fail(.refused)
        #expect(
            script.reports[0].wholeMatch(
                of:
                    /watch services: https:\/\/10\.0\.0\.1:6443 refused the connection; next try in 0(\.\d)? s; no Services are known until then/
            ) != nil)
        _ = try script.wait()
        script.open()
        script.end(5)
        script.fail(.status(code: 503, "ServiceUnavailable", "etcd is down"))
        #expect(
            script.reports[2].wholeMatch(
                of:
                    /watch services: https:\/\/10\.0\.0\.1:6443 answered 503 ServiceUnavailable: etcd is down; next try in .* s; Services stay as they are/
            ) != nil)
    }
}
