import KubernetesAPI
import Testing

@testable import KubernetesClient

@Suite struct ReflectorTests {
    // MARK: - Normal operation

    @Test func `everything is told by one watch, synchronized at its bookmark`() throws {
        var script = ReflectorScript()
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
        var script = ReflectorScript.watching()
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
        var script = ReflectorScript.watching()
        #expect(script.reflector.received(.set(service("a", 3)), at: script.now).changes.isEmpty)
        #expect(script.reflector.received(.removed(key("z"), resourceVersion: "9"), at: script.now).changes.isEmpty)
        #expect(script.reflector.received(.set(service("a", 10)), at: script.now).changes.count == 1)
    }

    @Test func `pages follow each other and end in a watch`() throws {
        var script = ReflectorScript()
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
            "a watch stream was requested by the client but the required storage feature RequestWatchProgress is "
                + "disabled"
        ),
    ])
    func `a server that refuses WatchList is listed at once, and ever after`(failure: RequestFailure) throws {
        var script = ReflectorScript()
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
        var script = ReflectorScript()
        script.start()
        script.open()
        script.event(.error(Status(code: 500, reason: "InternalError", message: "… RequestWatchProgress is disabled")))
        _ = try script.list()
    }

    @Test func `a server that knows nothing of initial events is found out at the second try`() throws {
        var script = ReflectorScript()
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
        var script = ReflectorScript()
        script.start()
        script.fail(.status(code: 403, "Forbidden", "services is forbidden: User \"x\" cannot watch resource"))
        _ = try script.wait()
        #expect(try script.watch().sendInitialEvents)
    }

    // MARK: - Replacements

    @Test(arguments: [false, true])
    func `an expired version leads to a replacement that removes what vanished`(asEvent: Bool) throws {
        var script = ReflectorScript.watching()
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
        var script = ReflectorScript.watching()
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
        var script = try ReflectorScript.listed()
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
        var script = try ReflectorScript.listed()
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
        var script = ReflectorScript()
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
        var script = try ReflectorScript.listed()
        script.fail(
            .status(
                Status(code: 504, reason: "Timeout", retryAfterSeconds: 1, causes: ["ResourceVersionTooLarge"]),
                retryAfter: .seconds(1)))
        #expect(try script.wait() >= .seconds(1))
        #expect(try script.list() == ListRequest(resourceVersion: "", limit: 500))
    }

    @Test func `an event that cannot be read leads to a replacement`() throws {
        var script = ReflectorScript.watching()
        script.fail(.unreadable("not JSON"))
        _ = try script.wait()
        #expect(try script.watch().sendInitialEvents)
    }
}
