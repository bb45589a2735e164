import NIOCore
import NIOHTTP2
import Synchronization

/// Closes an HTTP/2 connection on which no request has been underway for a while. Called on the connection's event
/// loop.
final class IdleDeadline: NIOHTTP2StreamDelegate {
    private struct State: Sendable {
        var streams = 0
        var timer: Scheduled<Void>?
    }

    private let connection: any Channel
    private let patience: TimeAmount
    private let state = Mutex(State())

    init(_ connection: any Channel, _ patience: TimeAmount) {
        self.connection = connection
        self.patience = patience
        arm()
        connection.closeFuture.whenComplete { _ in self.disarm() }
    }

    func streamCreated(_ id: HTTP2StreamID, channel: any Channel) {
        state.withLock { $0.streams += 1 }
        disarm()
    }

    func streamClosed(_ id: HTTP2StreamID, channel: any Channel) {
        let isIdle = state.withLock { state in
            state.streams -= 1
            return state.streams == 0
        }
        if isIdle, connection.isActive { arm() }
    }

    private func arm() {
        let connection = connection
        let timer = connection.eventLoop.scheduleTask(in: patience) { connection.close(promise: nil) }
        state.withLock { $0.timer = timer }
    }

    private func disarm() {
        let timer = state.withLock { state in
            defer { state.timer = nil }
            return state.timer
        }
        timer?.cancel()
    }
}
