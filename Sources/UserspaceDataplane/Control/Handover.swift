import Synchronization

/// How far another process has come with taking over from this one. Any thread may ask and change it.
final class Handover: Sendable {
    enum Stage: UInt8, AtomicRepresentable {
        /// This process serves.
        case none
        /// A process in another mode asks to remove our kernel state.
        case asked
        /// We leave the kernel state to that process, and still serve what it leads here.
        case yielding
        /// That process has removed it: connections may still be on their way here.
        case retired
        /// Another process has our sockets.
        case taken
    }

    private let current = Atomic<Stage>(.none)

    var stage: Stage { current.load(ordering: .acquiring) }

    /// Whether another process serves now.
    var isDone: Bool { stage == .retired || stage == .taken }

    func reach(_ stage: Stage) { current.store(stage, ordering: .releasing) }

    /// Agrees to leave the kernel state alone, if another process has asked. Call it between changes of that state.
    func agree() {
        _ = current.compareExchange(expected: .asked, desired: .yielding, ordering: .acquiringAndReleasing)
    }
}
