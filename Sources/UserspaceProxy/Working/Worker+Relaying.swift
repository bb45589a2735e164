import CLinux
import Glibc
import Synchronization

/// Relaying between a client and its endpoint.
extension Worker {
    mutating func clientIsReady(_ token: Token, _ readiness: Readiness) {
        guard connections.has(token) else { return }
        let index = token.index
        if readiness.isReadable { connections[index].upward.isReadable = true }
        if readiness.isEnding { connections[index].upward.isEnding = true }
        if readiness.isWritable { connections[index].downward.isWritable = true }
        relay(index)
        if readiness.hasFailed, connections.has(token) { notice(connections[index].client, index) }
    }

    mutating func serverIsReady(_ token: Token, _ readiness: Readiness) {
        guard connections.has(token) else { return }
        let index = token.index
        guard connections[index].phase == .relaying else { return endpointAnswered(index, readiness) }
        if readiness.isReadable { connections[index].downward.isReadable = true }
        if readiness.isEnding { connections[index].downward.isEnding = true }
        if readiness.isWritable { connections[index].upward.isWritable = true }
        relay(index)
        if readiness.hasFailed, connections.has(token) { notice(connections[index].server, index) }
    }

    /// An error that went unnoticed because neither direction was using the socket.
    private mutating func notice(_ socket: CInt, _ index: UInt32) {
        if CLinux_pending_error(socket) != 0 { abort(index) }
    }

    /// Moves available bytes, and passes on ends and failures.
    mutating func relay(_ index: UInt32) {
        let client = connections[index].client
        let server = connections[index].server
        var up: UInt64 = 0
        var down: UInt64 = 0
        let upward = connections[index].upward.move(from: client, to: server, &supplies, count: &up)
        // Even if the endpoint accepts nothing more: the client must get what it has already sent.
        let downward = connections[index].downward.move(from: server, to: client, &supplies, count: &down)
        if let counters = connections[index].listener?.counters {
            if up > 0 { counters.bytesToEndpoints.wrappingAdd(up, ordering: .relaxed) }
            if down > 0 { counters.bytesToClients.wrappingAdd(down, ordering: .relaxed) }
        }
        switch (upward, downward) {
        case (.sourceFailed, _), (.targetFailed, _), (_, .sourceFailed), (_, .targetFailed): return abort(index)
        case (.ended, .ended): return finish(index)
        case (.ended, _) where !connections[index].upward.isFinished:
            connections[index].upward.isFinished = true
            shutdown(server, Int32(SHUT_WR))
        case (_, .ended) where !connections[index].downward.isFinished:
            connections[index].downward.isFinished = true
            shutdown(client, Int32(SHUT_WR))
        default: break
        }
        switch (upward, downward) {
        case (.yielded, _), (_, .yielded): interrupt(index)
        default: break
        }
    }

    /// Ends a connection cleanly.
    mutating func finish(_ index: UInt32) {
        close(connections[index].client)
        if connections[index].server >= 0 { close(connections[index].server) }
        forget(index)
    }

    /// Ends a connection with resets, so that a reset by one side reaches the other.
    mutating func abort(_ index: UInt32) {
        CLinux_reset(connections[index].client)
        if connections[index].server >= 0 { CLinux_reset(connections[index].server) }
        forget(index)
    }

    private mutating func forget(_ index: UInt32) {
        connections[index].upward.release(&supplies)
        connections[index].downward.release(&supplies)
        connections[index].listener?.counters.closed.wrappingAdd(1, ordering: .relaxed)
        load.connections.wrappingSubtract(1, ordering: .relaxed)
        connections.remove(index)
    }
}
