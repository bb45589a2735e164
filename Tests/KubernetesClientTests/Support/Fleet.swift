import KubernetesAPI

@testable import KubernetesClient

/// Many clients with three reflectors each, and a server with an outage, on a simulated clock.
///
/// When the server returns it has forgotten every version, the worst case: each reflector's version has expired, and it
/// must request everything.
struct Fleet {
    private struct Member {
        var client: Int
        var reflector: Reflector
        /// The end of the current wait.
        var end = Duration.zero
    }

    private static let start = ContinuousClock.now
    private static let interval = Backoff.Limits().consultation

    private let outage: Duration
    private var members: [Member] = []
    private var health: [ServerHealth]
    /// Members by the 10 ms slot of their next action.
    private var schedule: [[Int]]
    /// When each reflector follows its kind again, from the start of the outage.
    private(set) var followed: [Duration] = []
    /// Requests per 10 ms slot.
    private(set) var requests: [Int]

    /// A fleet whose watches break at time zero.
    init(clients: Int, outage: Duration, seed: UInt64) {
        self.outage = outage
        health = Array(repeating: ServerHealth(), count: clients)
        schedule = Array(repeating: [], count: Self.slot(outage) + 6000)
        requests = Array(repeating: 0, count: schedule.count)
        for client in 0..<clients {
            for (number, kind) in [ObjectKind.service, .endpointSlice, .node].enumerated() {
                var reflector = Reflector(kind: kind, seed: seed &+ UInt64(client * 3 + number))
                _ = reflector.start()
                reflector.opened(at: Self.start)
                _ = reflector.received(.bookmark(resourceVersion: "5", endsInitialEvents: true), at: Self.start)
                members.append(Member(client: client, reflector: reflector))
                take(reflector: members.count - 1, .zero) { reflector, health in
                    reflector.failed(.connection("reset by peer"), at: Self.start, health: &health)
                }
            }
        }
    }

    /// Runs until all follow again, or a minute after the server's return.
    mutating func run() {
        for slot in schedule.indices {
            let now = Duration.milliseconds(slot * 10)
            // Events in a slot may schedule more in the same slot.
            while let index = schedule[slot].popLast() { act(index, now) }
        }
    }

    private static func slot(_ time: Duration) -> Int { Int(time / .milliseconds(10)) }

    private mutating func act(_ index: Int, _ now: Duration) {
        let isDue = now >= members[index].end
        guard isDue || members[index].reflector.wakes(for: health[members[index].client]) else {
            return plan(index, now)
        }
        let step = members[index].reflector.wokeUp()
        guard case .watch(let request) = step.next else { return }
        requests[Self.slot(now)] += 1
        let instant = Self.start + now
        if now < outage {
            take(reflector: index, now) { $0.failed(.refused, at: instant, health: &$1) }
        } else if request.sendInitialEvents {
            health[members[index].client].answered(at: instant)
            followed.append(now)
        } else {
            take(reflector: index, now) { $0.failed(.expired, at: instant, health: &$1) }
        }
    }

    private mutating func take(
        reflector index: Int, _ now: Duration, _ event: (inout Reflector, inout ServerHealth) -> Step
    ) {
        let step = event(&members[index].reflector, &health[members[index].client])
        guard case .wait(let delay) = step.next else { return }
        members[index].end = now + delay
        plan(index, now)
    }

    /// The member's next action: the end of its wait, or an earlier check of the server's health.
    private mutating func plan(_ index: Int, _ now: Duration) {
        let end = members[index].end
        let polls = members[index].reflector.unreachableSince != nil
        let next = Self.slot(polls ? min(end, now + Self.interval) : end) + 1
        if next < schedule.count { schedule[next].append(index) }
    }
}
