/// Runs an actor's jobs on the thread of a namespace, so that its network operations happen there.
package final class NamespaceExecutor: SerialExecutor {
    private let namespace: NetworkNamespace

    package init(_ namespace: NetworkNamespace) { self.namespace = namespace }

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor { namespace.unownedExecutor }

    /// Not called: jobs go to the executor that ``asUnownedSerialExecutor()`` names.
    package func enqueue(_ job: consuming ExecutorJob) {
        UnownedJob(job).runSynchronously(on: namespace.unownedExecutor)
    }
}
