import CLinux
import Glibc

/// A thread outside the cooperative pool, for calls that block.
package enum OwnedThread {
    /// Runs `body` on a new thread, which ends with it. `name` is what `ps -T` shows, at most 15 characters of it.
    package static func start(name: String, _ body: @escaping @Sendable () -> Void) {
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
        // Without threads nothing here can work, and nothing has been programmed yet.
        precondition(result == 0, "cannot create a thread: \(String(cString: strerror(result)))")
        pthread_detach(thread)
    }

    private final class Start {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }
}
