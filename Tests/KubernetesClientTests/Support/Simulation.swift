import KubernetesAPI

@testable import KubernetesClient

/// Drives a ``Reflector`` against a ``ModelServer`` over a randomly failing network, on a simulated clock.
struct Simulation {
    var server = ModelServer()
    var replica = Replica()
    var reflector: Reflector
    var random: SplitMix64
    var now = ContinuousClock.now
    /// The probability of failures and of changes, from 0 to 1.
    var trouble: Double
    var change: Double
    let supportsWatchList: Bool
    private(set) var synchronizations = 0
    private(set) var failures = 0

    init(seed: UInt64, trouble: Double = 0.15, change: Double = 0.5) {
        random = SplitMix64(seed: seed)
        reflector = Reflector(kind: .service, seed: seed)
        self.trouble = trouble
        self.change = change
        supportsWatchList = Bool.random(using: &random)
        for _ in 0..<8 { server.change(using: &random) }
    }

    /// Follows the reflector's steps for `limit` requests, or until a watch has nothing more to send.
    mutating func run(requests limit: Int) { follow(take(reflector.start()), requests: limit) }

    /// Continues after `step` until everything has been sent.
    mutating func resume(_ step: Step) { follow(take(step), requests: .max) }

    private mutating func follow(_ first: Step.Next, requests limit: Int) {
        var next = first
        var sent = 0
        while sent < limit || trouble == 0 {
            switch next {
            case .wait(let delay):
                now += delay
                next = take(reflector.wokeUp())
            case .list(let request):
                sent += 1
                next = list(request)
            case .watch(let request):
                sent += 1
                next = request.sendInitialEvents ? replace(request) : watch(from: Int(request.resourceVersion) ?? 0)
            case .read:
                return
            }
        }
    }

    /// From here on everything works and nothing changes: runs until everything has been sent.
    mutating func settle() {
        (trouble, change) = (0, 0)
        run(requests: .max)
    }

    private mutating func list(_ request: ListRequest) -> Step.Next {
        mutate()
        if let failure = failure() { return fail(failure) }
        switch server.list(request, pageSize: 3, using: &random) {
        case .failure(let failure): return fail(failure)
        case .success(let page):
            reflector.opened(at: now)
            return take(reflector.received(page, at: now))
        }
    }

    private mutating func replace(_ request: WatchRequest) -> Step.Next {
        if let failure = failure() { return fail(failure) }
        guard supportsWatchList else { return fail(.status(code: 422, "Invalid", "sendInitialEvents is forbidden")) }
        reflector.opened(at: now)
        let version = server.version
        for (name, written) in server.state {
            if let failure = failure() { return fail(failure) }
            let next = take(reflector.received(.set(service(name, written)), at: now))
            guard next == .read else { return next }
            mutate()
        }
        let bookmark = WatchEvent.bookmark(resourceVersion: "\(version)", endsInitialEvents: true)
        let next = take(reflector.received(bookmark, at: now))
        return next == .read ? stream(from: version) : next
    }

    private mutating func watch(from version: Int) -> Step.Next {
        if let failure = failure() { return fail(failure) }
        if version < server.oldest, Bool.random(using: &random) { return fail(.expired) }
        reflector.opened(at: now)
        if version < server.oldest {
            return take(reflector.received(.error(Status(code: 410, reason: "Expired")), at: now))
        }
        return stream(from: version)
    }

    private mutating func stream(from start: Int) -> Step.Next {
        var version = start
        while true {
            mutate()
            now += .milliseconds(Int.random(in: 0...2000, using: &random))
            if let failure = failure() { return fail(failure) }
            if trouble > 0, chance(0.05) { return take(reflector.closed(at: now)) }
            guard let event = server.event(after: version) else {
                if trouble == 0 { return .read }
                let bookmark = WatchEvent.bookmark(resourceVersion: "\(version)", endsInitialEvents: false)
                _ = take(reflector.received(bookmark, at: now))
                continue
            }
            if trouble > 0, chance(0.02) { return fail(.unreadable("half an event")) }
            for _ in 0..<(chance(0.1) ? 2 : 1) { _ = take(reflector.received(event, at: now)) }
            version += 1
        }
    }

    private mutating func mutate() {
        while chance(change) { server.change(using: &random) }
        if chance(trouble / 5) { server.compact() }
    }

    private mutating func failure() -> RequestFailure? {
        guard chance(trouble) else { return nil }
        let failures: [RequestFailure] = [
            .refused, .connection("reset by peer"), .silent(.seconds(60)), .credentials("no token"),
            .tooLarge(limit: 64 << 20), .unreadable("half a list"), .closedEarly, .expired,
            .status(code: 401, "Unauthorized"), .status(code: 429, "TooManyRequests", retryAfter: .seconds(3)),
            .status(code: 500, "InternalError"), .status(code: 503, "ServiceUnavailable"),
            .status(code: 504, "Timeout", "Too large resource version: 9, current: 8"),
        ]
        return failures.randomElement(using: &random)
    }

    private mutating func fail(_ failure: RequestFailure) -> Step.Next {
        failures += 1
        return take(reflector.failed(failure, at: now))
    }

    private mutating func take(_ step: Step) -> Step.Next {
        replica.apply(step.changes)
        if step.isSynchronized { synchronizations += 1 }
        return step.next
    }

    private mutating func chance(_ probability: Double) -> Bool {
        Double.random(in: 0..<1, using: &random) < probability
    }
}
