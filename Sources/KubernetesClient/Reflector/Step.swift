import KubernetesAPI

/// What the driver of a ``Reflector`` must do, in this order.
struct Step: Sendable {
    enum Next: Sendable, Hashable {
        /// Continue reading the current response.
        case read
        case list(ListRequest)
        case watch(WatchRequest)
        /// Wait, then call `wokeUp`.
        case wait(Duration)
    }

    /// Changes to post to the inbox.
    var changes: [ObjectChange] = []
    /// Whether all existing objects have now been posted.
    var isSynchronized = false
    /// Lines to log.
    var reports: [Report] = []
    /// Anything but `read` abandons the current request.
    var next = Next.read

    /// Appends `step` to this one.
    mutating func append(_ step: Step) {
        changes += step.changes
        isSynchronized = isSynchronized || step.isSynchronized
        reports += step.reports
        next = step.next
    }
}

/// One log line: the request, why it failed, when it is retried, and what that means for the node.
struct Report: Sendable, Hashable {
    enum Level: Sendable, Hashable {
        /// A fallback or a recovery; no action needed.
        case notice
        case warning
    }

    /// What happened; ``text(server:)`` names the server.
    enum Subject: Sendable, Hashable {
        case failure(asked: String, RequestFailure, consequence: String)
        case object(String)
        case recovery(asked: String, after: Duration)
    }

    var level: Level
    var subject: Subject

    func text(server: String) -> String {
        switch subject {
        case .failure(let asked, let failure, let consequence):
            "\(asked): \(failure.description(server: server)); \(consequence)"
        case .object(let text): text
        case .recovery(let asked, let duration): "\(asked): \(server) answers again after \(duration.inSeconds)"
        }
    }
}

extension Reflector {
    /// `watch services: https://10.0.0.1:6443 refused the connection; next try in 1.6 s; Services stay as they are`
    func report(_ failure: RequestFailure, next delay: Duration) -> Report {
        if case .replacing = state, !listing.usesWatchList, delay == .zero {
            return Report(
                level: .notice,
                subject: .failure(
                    asked: asked, failure,
                    consequence: "\(kind.registration.resource) are listed first and watched after that"))
        }
        let meanwhile =
            isSynchronized
            ? "\(kind.registration.plural) stay as they are" : "no \(kind.registration.plural) are known until then"
        let next = delay == .zero ? "next try now" : "next try in \(delay.inSeconds)"
        return Report(
            level: .warning, subject: .failure(asked: asked, failure, consequence: "\(next); \(meanwhile)"))
    }

    /// The current activity.
    private var asked: String {
        switch state {
        case .listing: "list \(kind.registration.resource)"
        case .idle, .replacing, .watching, .waiting: "watch \(kind.registration.resource)"
        }
    }

    /// The end of a series of failures, once: the server has sent something again.
    mutating func recovered(at now: ContinuousClock.Instant) -> [Report] {
        guard let since = failingSince.take() else { return [] }
        return [Report(level: .notice, subject: .recovery(asked: asked, after: since.duration(to: now)))]
    }

    /// The values left out of `object`; empty if none.
    func leftOut(of object: KubernetesObject) -> [Report] {
        let refusals = object.refusals
        guard !refusals.isEmpty else { return [] }
        var list = refusals.prefix(3).map(\.description).joined(separator: "; ")
        if refusals.count > 3 { list += "; and \(refusals.count - 3) more" }
        return [
            Report(
                level: .warning, subject: .object("\(object.key): \(list) — left out; the rest of the object counts"))
        ]
    }

    /// The server does not have the kind, which is optional.
    func absent(_ failure: RequestFailure) -> [Report] {
        guard !isSynchronized else { return [] }
        let plural = kind.registration.plural
        return [
            Report(
                level: .notice,
                subject: .failure(asked: asked, failure, consequence: "going on without \(plural)"))
        ]
    }

    func unusable(_ problem: ObjectError) -> Report {
        Report(
            level: .warning,
            subject: .object("\(problem); what the node holds of it, if anything, stays as it is until it can be read"))
    }
}
