/// Tasks that wait for changes, by resource: a change visits and wakes only those waiting for its resource.
struct Waiters {
    struct Waiter {
        /// `nil` for all resources.
        var resources: Set<String>?
        var deadline: ContinuousClock.Instant
        var continuation: CheckedContinuation<Void, Never>
    }

    private var waiters: [Int: Waiter] = [:]
    private var numbers: [String: Set<Int>] = [:]
    /// The waiters for all resources.
    private var numbersOfAll: Set<Int> = []
    private var lastNumber = 0
    /// No deadline is earlier.
    private var earliestDeadline: ContinuousClock.Instant?

    /// The next waiter's identifier.
    mutating func newNumber() -> Int {
        lastNumber += 1
        return lastNumber
    }

    mutating func add(_ waiter: Waiter, _ number: Int) {
        waiters[number] = waiter
        earliestDeadline = min(earliestDeadline ?? waiter.deadline, waiter.deadline)
        guard let resources = waiter.resources else {
            numbersOfAll.insert(number)
            return
        }
        for resource in resources { numbers[resource, default: []].insert(number) }
    }

    /// Removes a waiter. Returns `nil` if it was never added or has already been removed.
    mutating func remove(_ number: Int) -> CheckedContinuation<Void, Never>? {
        guard let waiter = waiters.removeValue(forKey: number) else { return nil }
        numbersOfAll.remove(number)
        for resource in waiter.resources ?? [] {
            numbers[resource]?.remove(number)
            if numbers[resource]?.isEmpty == true { numbers[resource] = nil }
        }
        return waiter.continuation
    }

    /// Removes those that wait for one of the resources.
    mutating func take(_ resources: Set<String>) -> [CheckedContinuation<Void, Never>] {
        guard !resources.isEmpty else { return [] }
        let due = resources.reduce(into: numbersOfAll) { $0.formUnion(numbers[$1] ?? []) }
        return due.compactMap { remove($0) }
    }

    /// Removes those whose deadline has passed.
    mutating func takeExpired(now: ContinuousClock.Instant) -> [CheckedContinuation<Void, Never>] {
        guard let earliest = earliestDeadline, earliest <= now else { return [] }
        let due = waiters.filter { $0.value.deadline <= now }.keys
        let continuations = due.compactMap { remove($0) }
        earliestDeadline = waiters.values.lazy.map(\.deadline).min()
        return continuations
    }
}
