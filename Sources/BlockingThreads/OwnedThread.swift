import CLinux
import Glibc
import Synchronization

/// A thread outside the cooperative pool, for calls that block.
package enum OwnedThread {
    /// Runs `body` on a new thread, which ends with it. `ps -T` shows the first 15 characters of `name`.
    package static func start(name: String, _ body: @escaping @Sendable () -> Void) throws(ThreadError) {
        pthread_detach(try spawn(name: name, body))
    }

    /// Runs `one` on a new thread and `other` on the calling one, and waits for both.
    ///
    /// If the system refuses a thread, runs one after the other.
    package static func both<One: Sendable, Other>(
        name: String, _ one: @escaping @Sendable () -> One, and other: () -> Other
    ) -> (One, Other) {
        both(name: name, one, and: other, spawn: spawn)
    }

    /// As ``both(name:_:and:)``, with threads from `spawn`.
    static func both<One: Sendable, Other>(
        name: String, _ one: @escaping @Sendable () -> One, and other: () -> Other,
        spawn: (String, @escaping @Sendable () -> Void) throws(ThreadError) -> pthread_t
    ) -> (One, Other) {
        let answer = Answer<One>()
        do throws(ThreadError) {
            let thread = try spawn(name) { answer.value.withLock { $0 = one() } }
            let result = other()
            pthread_join(thread, nil)
            if let value = answer.value.withLock({ $0 }) { return (value, result) }
            return (one(), result)
        } catch {
            return (one(), other())
        }
    }

    private static func spawn(
        name: String, _ body: @escaping @Sendable () -> Void
    ) throws(ThreadError) -> pthread_t {
        var thread = pthread_t()
        let start = Unmanaged.passRetained(Start(name: name, body: body))
        let result = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                let start = Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
                CLinux_name_thread(start.name)
                start.body()
                return nil
            }, start.toOpaque())
        guard result == 0 else {
            start.release()
            throw ThreadError(name: name, errno: result)
        }
        return thread
    }

    private final class Start {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    private final class Answer<Value: Sendable>: Sendable {
        let value = Mutex<Value?>(nil)
    }
}
