import NIOCore
import NIOPosix

/// Waiting that goes on when the task is cancelled, for what has to be done before the end.
enum Uncancelled {
    static func sleep(for duration: Duration) async {
        let time = TimeAmount.nanoseconds(Int64(duration.inSeconds * 1e9))
        // An event loop that is gone has nothing to wait for.
        try? await MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: time) {}.futureResult.get()
    }
}
