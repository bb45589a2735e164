import KubernetesAPI

/// Keeps what is known about one kind of object equal to what the API server holds: decides what to request, what each
/// response changes, and how to respond to each failure. Events go in, a ``Step`` comes out; no I/O, no clock.
///
///     idle ──► replacing ──► watching ──► (closed) ──► watching …
///         └──► listing  ──┘      └─ expired ──► replacing or listing
///     any failure ──► waiting ──► what was under way, or a replacement
///
/// A *replacement* reads the whole state again: with a watch that begins with all objects (WatchList), or with a list
/// if the server does not support that. The known state stays in force until a replacement is complete; only then are
/// objects removed that were not part of it.
struct Reflector: Sendable {
    struct Limits: Sendable {
        var backoff = Backoff.Limits()
        /// The range of the random time after which the server ends a watch.
        var watchTimeout: ClosedRange<Duration> = .seconds(300)...(.seconds(600))
        /// The silence after that end that means a dead connection.
        var watchGrace: Duration = .seconds(30)
        /// The same limit before the server has accepted a request, and during a replacement.
        var responsePatience: Duration = .seconds(60)
        /// A watch that ends sooner without an event about an object has failed.
        var shortestWatch: Duration = .seconds(1)
        /// Objects in one page of a list.
        var page = 500
        /// The time after which a server that did not have an optional kind is asked again.
        var absence: ClosedRange<Duration> = .seconds(300)...(.seconds(600))
        /// Server errors in a row after which the state is replaced instead of the watch resumed.
        var watchErrors = 3
    }

    /// The current activity. Each case says what follows a failure.
    enum State: Sendable, Hashable {
        /// Nothing has been requested yet.
        case idle
        /// Receiving pages of a list. The same page is requested again; if it expired, or was too large,
        /// the list starts over.
        case listing(ListRequest)
        /// A watch sends all objects, and a bookmark after the last. It starts again, or `listing` follows if the
        /// server refuses it.
        case replacing(WatchRequest)
        /// A watch sends changes. It resumes at the last version received; if that expired, or an event cannot be read,
        /// the state is replaced.
        case watching(WatchRequest)
        /// A delay after a failure, and what follows it.
        case waiting(then: Plan)
    }

    /// What to request next.
    enum Plan: Sendable, Hashable {
        case replace
        case nextPage(ListRequest)
        case resume
    }

    let kind: ObjectKind
    /// Whether a kind that the server does not serve, or does not let us read, counts as empty.
    let isOptional: Bool
    let limits: Limits
    private(set) var state = State.idle
    /// The version that a watch resumes from.
    private(set) var version = ""
    /// Whether the whole state has been received at least once.
    private(set) var isSynchronized = false

    var known: KnownObjects
    var backoff: Backoff
    /// The delays while the server refuses connections.
    var looks: Backoff
    /// When the failure being waited out happened, if the server may be unreachable.
    var unreachableSince: ContinuousClock.Instant?
    /// Whether an expiry has already led to a replacement without backoff, and no watch has sent an event since.
    var hasReplacedAtOnce = false
    var random: SplitMix64
    /// How to request the whole state from this server.
    var listing = ListingMode()
    /// The current stream: when it was opened, and whether it has sent an event about an object.
    var openedAt: ContinuousClock.Instant?
    var hasEvents = false
    /// Errors of the server since the last event.
    var errorsInRow = 0
    var hasTriedFreshCredentials = false
    /// The first failure since the server last sent something.
    var failingSince: ContinuousClock.Instant?

    init(kind: ObjectKind, isOptional: Bool = false, limits: Limits = Limits(), seed: UInt64 = .random(in: 0 ... .max))
    {
        self.kind = kind
        self.isOptional = isOptional
        self.limits = limits
        known = KnownObjects(kind: kind)
        backoff = Backoff(limits.backoff)
        var looking = limits.backoff
        looking.longest = min(looking.longest, looking.longestRefused)
        looks = Backoff(looking)
        random = SplitMix64(seed: seed)
    }

    /// The silence after which the current request counts as dead.
    var patience: Duration {
        guard case .watching(let request) = state, openedAt != nil else { return limits.responsePatience }
        return request.timeout + limits.watchGrace
    }

    mutating func start() -> Step { Step(next: carryOut(.replace)) }

    /// Whether the wait ends early: the server was unreachable, and has since answered another reflector.
    func wakes(for health: ServerHealth) -> Bool {
        guard let unreachableSince, let answeredAt = health.answeredAt else { return false }
        return answeredAt > unreachableSince
    }

    /// The wait is over.
    mutating func wokeUp() -> Step {
        guard case .waiting(let plan) = state else { return Step() }
        unreachableSince = nil
        return Step(next: carryOut(plan))
    }

    /// The server accepted the request.
    mutating func opened(at now: ContinuousClock.Instant) {
        openedAt = now
        looks = looks.reset
        hasTriedFreshCredentials = false
    }

    /// One object of the current page.
    mutating func listed(_ outcome: Result<KubernetesObject, ObjectError>) -> Step {
        guard case .listing = state else { return Step() }
        switch outcome {
        case .success(let object):
            return set(object)
        case .failure(let problem):
            known.keep(problem)
            return Step(reports: [unusable(problem)])
        }
    }

    /// The current page is complete; `continueToken` asks for the next and is empty on the last.
    mutating func endedPage(
        resourceVersion: String, continueToken: String, at now: ContinuousClock.Instant
    ) -> Step {
        guard case .listing(var request) = state else { return Step() }
        var step = Step(reports: recovered(at: now))
        guard continueToken.isEmpty else {
            request.continueToken = continueToken
            // The token names the version itself; the API refuses both together.
            request.resourceVersion = ""
            step.next = carryOut(.nextPage(request))
            return step
        }
        completeReplacement(at: resourceVersion, &step)
        step.next = carryOut(.resume)
        return step
    }

    mutating func received(_ event: WatchEvent, at now: ContinuousClock.Instant) -> Step {
        if case .error(let status) = event { return failed(.status(status), at: now) }
        errorsInRow = 0
        if case .watching = state { hasReplacedAtOnce = false }
        var step = Step(reports: recovered(at: now))
        switch event {
        case .set(let object):
            hasEvents = true
            step.append(set(object))
            advance(to: object.metadata.resourceVersion)
        case .removed(let key, let resourceVersion):
            hasEvents = true
            step.changes = known.remove(key).map { [$0] } ?? []
            advance(to: resourceVersion)
        case .bookmark(let resourceVersion, let endsInitialEvents):
            if endsInitialEvents, case .replacing(let request) = state {
                state = .watching(request)
                completeReplacement(at: resourceVersion, &step)
            } else {
                advance(to: resourceVersion)
            }
        case .unusable(let problem, let key, let resourceVersion):
            hasEvents = true
            if let key { known.keep(key) } else { known.keep(problem) }
            step.reports.append(unusable(problem))
            advance(to: resourceVersion)
        case .error:
            break
        }
        return step
    }

    /// The server ended the stream cleanly.
    mutating func closed(at now: ContinuousClock.Instant) -> Step {
        guard case .watching = state else { return failed(.closedEarly, at: now) }
        if !hasEvents, let openedAt, openedAt.duration(to: now) < limits.shortestWatch {
            return failed(.closedAtOnce, at: now)
        }
        return Step(next: carryOut(.resume))
    }

    mutating func failed(_ failure: RequestFailure, at now: ContinuousClock.Instant) -> Step {
        var unshared = ServerHealth()
        return failed(failure, at: now, health: &unshared)
    }

    /// The same, with what the client's other reflectors know about the server.
    mutating func failed(
        _ failure: RequestFailure, at now: ContinuousClock.Instant, health: inout ServerHealth
    ) -> Step {
        if case .status = failure { health.answered(at: now) }
        if isAbsence(failure) { return endedWithout(failure, at: now) }
        let response = judge(failure)
        if response.isImmediate {
            return Step(reports: [report(failure, next: .zero)], next: carryOut(response.plan))
        }
        failingSince = failingSince ?? now
        unreachableSince = failure.mayBeOutage ? now : nil
        var delay = delay(after: failure, response, at: now, &health)
        // Refused credentials are renewed, and the first attempt with new ones need not wait.
        if response.needsFreshCredentials, !hasTriedFreshCredentials {
            hasTriedFreshCredentials = true
            delay = .zero
        }
        let report = report(failure, next: delay)
        state = .waiting(then: response.plan)
        return Step(reports: [report], next: .wait(delay))
    }

    // MARK: - Next steps

    private mutating func delay(
        after failure: RequestFailure, _ response: Response, at now: ContinuousClock.Instant,
        _ health: inout ServerHealth
    ) -> Duration {
        if response.isExpiry, !hasReplacedAtOnce, failure.retryAfter == nil {
            hasReplacedAtOnce = true
            return limits.backoff.expired * Double.random(in: 0...1, using: &random)
        }
        if failure == .refused {
            var next = looks
            let delay = next.delay(after: now, random: &random)
            if health.takeLook(after: delay, at: now) {
                looks = next
                return delay
            }
            // The reflector with the next attempt wakes this one when the server answers.
            return limits.backoff.longest * Double.random(in: 0.5...1, using: &random)
        }
        return backoff.delay(after: now, retryAfter: failure.retryAfter, random: &random)
    }

    private mutating func set(_ object: KubernetesObject) -> Step {
        guard let change = known.set(object) else { return Step() }
        return Step(changes: [change], reports: leftOut(of: object))
    }

    /// An optional kind has no objects here. The server may be upgraded, so it is asked again later.
    private mutating func endedWithout(_ failure: RequestFailure, at now: ContinuousClock.Instant) -> Step {
        var step = Step(reports: absent(failure) + recovered(at: now))
        known.beginReplacement()
        step.changes = known.finishReplacement()
        step.isSynchronized = true
        isSynchronized = true
        state = .waiting(then: .replace)
        step.next = .wait(randomDuration(in: limits.absence))
        return step
    }

    private mutating func carryOut(_ plan: Plan) -> Step.Next {
        openedAt = nil
        hasEvents = false
        switch plan {
        case .replace:
            known.beginReplacement()
            guard listing.usesWatchList else { return carryOut(.nextPage(listing.firstPage(limits.page))) }
            let request = WatchRequest(
                resourceVersion: "", sendInitialEvents: true, timeout: randomDuration(in: limits.watchTimeout))
            state = .replacing(request)
            return .watch(request)
        case .nextPage(let request):
            state = .listing(request)
            return .list(request)
        case .resume:
            let request = WatchRequest(resourceVersion: version, timeout: randomDuration(in: limits.watchTimeout))
            state = .watching(request)
            return .watch(request)
        }
    }

    private mutating func completeReplacement(at resourceVersion: String, _ step: inout Step) {
        step.changes += known.finishReplacement()
        step.isSynchronized = true
        isSynchronized = true
        version = resourceVersion
        listing.succeeded()
        errorsInRow = 0
    }

    /// The initial events are not in version order: only a watch past them can be resumed.
    private mutating func advance(to resourceVersion: String) {
        guard case .watching = state, !resourceVersion.isEmpty else { return }
        version = resourceVersion
    }

    /// In whole seconds.
    private mutating func randomDuration(in range: ClosedRange<Duration>) -> Duration {
        let seconds = range.lowerBound.components.seconds...range.upperBound.components.seconds
        return .seconds(Int64.random(in: seconds, using: &random))
    }
}
