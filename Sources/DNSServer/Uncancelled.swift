import NIOCore
import NIOPosix

/// Waiting that continues after cancellation, for work that must finish before the end.
enum Uncancelled {
    static func sleep(for duration: Duration) async {
        let time = TimeAmount.nanoseconds(Int64(duration.inSeconds * 1e9))
        // A closed event loop has nothing to wait for.
        try? await MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: time) {}.futureResult.get()
    }
}
