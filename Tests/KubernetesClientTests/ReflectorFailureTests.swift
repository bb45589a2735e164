import KubernetesAPI
import Testing

@testable import KubernetesClient

/// How a ``Reflector`` handles and logs failing watches and unusable objects.
@Suite struct ReflectorFailureTests {
    // MARK: - Failing watches

    @Test(arguments: [
        RequestFailure.refused, .connection("reset"), .silent(.seconds(630)), .credentials("no token"),
        .status(code: 429, "TooManyRequests"), .status(code: 403, "Forbidden"), .status(code: 401, "Unauthorized"),
        .status(code: 503, "ServiceUnavailable"),
    ])
    func `a server that cannot be reached is asked for the watch again, not for a list`(failure: RequestFailure) throws
    {
        var script = ReflectorScript.watching()
        script.close()
        for _ in 0..<10 {
            script.fail(failure)
            _ = try script.wait()
            #expect(try script.watch().resourceVersion == "5")
            #expect(try !script.watch().sendInitialEvents)
        }
        #expect(script.replica.summary == ["default/a@3", "default/b@4"])
    }

    @Test(arguments: [404, 403])
    func `a server without an optional kind has told everything, and is asked again much later`(code: Int) throws {
        var script = ReflectorScript(reflector: Reflector(kind: .serviceCIDR, isOptional: true, seed: 1))
        script.start()
        for _ in 0..<5 {
            script.fail(.status(code: code, "NotThere"))
            #expect(script.isSynchronized)
            #expect(try (.seconds(300)...(.seconds(600))).contains(script.wait()))
            #expect(try script.watch().sendInitialEvents)
        }
        #expect(script.reports.count == 1)
        #expect(script.reports.first?.hasSuffix("going on without ServiceCIDRs") == true)
    }

    @Test func `a server that has lost an optional kind has removed its objects`() throws {
        var script = ReflectorScript(reflector: Reflector(kind: .service, isOptional: true, seed: 1))
        script.start()
        script.open()
        script.set("a", 3)
        script.end(5)
        script.close()
        script.fail(.status(code: 404, "NotFound"))
        #expect(script.replica.summary.isEmpty)
    }

    @Test func `a kind that is needed is waited for, also where the server does not have it`() throws {
        var script = ReflectorScript()
        script.start()
        script.fail(.status(code: 404, "NotFound"))
        #expect(!script.isSynchronized)
        #expect(try script.wait() <= .seconds(1))
    }

    @Test func `a value that is left out of an object is reported once for each version of it`() throws {
        var script = ReflectorScript.watching()
        var object = Service(metadata: ObjectMeta(namespace: "default", name: "a", resourceVersion: "6"))
        object.refusals = [FieldRefusal(path: "spec.externalIPs[0]", reason: .notAnAddress)]
        script.event(.set(.service(object)))
        script.event(.set(.service(object)))
        #expect(script.replica.summary == ["default/a@6", "default/b@4"])
        #expect(
            script.reports == [
                "Service default/a: spec.externalIPs[0]: “” is not an IP address; write it like 10.0.0.1 or fd00::1 — "
                    + "left out; the rest of the object counts"
            ])
    }

    @Test func `a watch that ends at once and empty has failed`() throws {
        var script = ReflectorScript.watching()
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
        var script = ReflectorScript.watching()
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
        var script = ReflectorScript.watching()
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

    @Test func `an expired version is answered with a replacement at once, but only once without news`() throws {
        var script = ReflectorScript.watching()
        for _ in 0..<6 {
            script.close()
            script.fail(.refused)
            _ = try script.wait()
        }
        script.fail(.expired)
        #expect(try script.wait() <= .seconds(1))
        #expect(try script.watch().sendInitialEvents)
        var longest = Duration.zero
        for version in 6..<12 {
            script.open()
            script.end(version)
            script.close(after: .seconds(2))
            script.fail(.expired)
            longest = max(longest, try script.wait())
        }
        #expect(longest > .seconds(3), "a server that expires everything at once is not asked in a loop")
        script.open()
        script.end(20)
        script.set("a", 21)
        script.fail(.expired)
        #expect(try script.wait() <= .seconds(1))
    }

    @Test func `refused connections do not lengthen the delays of other failures`() throws {
        var script = ReflectorScript.watching()
        script.close()
        for _ in 0..<20 {
            script.fail(.refused)
            #expect(try script.wait() <= .seconds(3))
        }
        script.fail(.status(code: 503, "ServiceUnavailable"))
        #expect(try script.wait() <= .milliseconds(800))
    }

    @Test func `of the reflectors of one client one looks for a server that refuses, and its answer wakes the others`()
        throws
    {
        var health = ServerHealth()
        var scripts = [ReflectorScript.watching(), .watching()]
        let now = scripts[0].now
        for index in scripts.indices {
            scripts[index].close()
            let step = scripts[index].reflector.failed(.refused, at: now, health: &health)
            scripts[index].take(step)
        }
        guard case .wait(let look) = scripts[0].next, case .wait(let rest) = scripts[1].next else {
            throw Unexpected(next: scripts[0].next)
        }
        #expect(look <= .seconds(3) && rest >= .seconds(15))
        #expect(!scripts[1].reflector.wakes(for: health))
        health.answered(at: now + look)
        #expect(scripts[1].reflector.wakes(for: health))
    }

    @Test func `an answer from before the failure wakes nobody, and a refusal that is no outage is waited out`() {
        var health = ServerHealth()
        var script = ReflectorScript.watching()
        health.answered(at: script.now)
        script.close()
        script.fail(.refused)
        #expect(!script.reflector.wakes(for: health))
        var busy = ReflectorScript.watching()
        busy.close()
        busy.fail(.status(code: 429, "TooManyRequests"))
        health.answered(at: busy.now + .seconds(1))
        #expect(!busy.reflector.wakes(for: health))
    }

    @Test func `Retry-After is heeded`() throws {
        var script = ReflectorScript.watching()
        script.close()
        script.fail(.status(code: 429, "TooManyRequests", retryAfter: .seconds(17)))
        #expect(try script.wait() == .seconds(17))
        script.open()
        script.event(.error(Status(code: 429, reason: "TooManyRequests", retryAfterSeconds: 18)))
        #expect(try script.wait() == .seconds(18))
    }

    @Test func `a watch may be silent until beyond its end, a response for a minute`() throws {
        var script = ReflectorScript()
        script.start()
        #expect(script.reflector.patience == .seconds(60))
        script.open()
        script.end(5)
        script.close()
        #expect(script.reflector.patience == .seconds(60))
        script.open()
        #expect(try script.reflector.patience == script.watch().timeout + .seconds(30))
    }

    // MARK: - Unusable objects

    @Test func `an object that became unreadable keeps its last value, through replacements too`() throws {
        var script = ReflectorScript.watching()
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
        var script = try ReflectorScript.listed()
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
        var script = ReflectorScript.watching()
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
        var script = ReflectorScript()
        script.start()
        script.fail(.refused)
        #expect(
            script.reports[0].wholeMatch(
                of:
                    #/
                    watch\ services:\ https://10\.0\.0\.1:6443\ refused\ the\ connection;
                    \ next\ try\ in\ 0(\.\d)?\ s;\ no\ Services\ are\ known\ until\ then
                    /#) != nil)
        _ = try script.wait()
        script.open()
        script.end(5)
        script.fail(.status(code: 503, "ServiceUnavailable", "etcd is down"))
        #expect(
            script.reports[2].wholeMatch(
                of:
                    #/
                    watch\ services:\ https://10\.0\.0\.1:6443\ answered\ 503\ ServiceUnavailable:\ etcd\ is\ down;
                    \ next\ try\ in\ .*\ s;\ Services\ stay\ as\ they\ are
                    /#) != nil)
    }
}
