import CLinux
import Glibc
import InternetAddresses
import Synchronization

/// From accepting a client to connecting to an endpoint.
extension Worker {
    /// The number of connections accepted in a row: another thread may be idle.
    private static let acceptBatch = 8

    mutating func accept(_ id: UInt32) {
        guard let listener = listeners[id], pausedUntil == nil else { return }
        for _ in 0..<Self.acceptBatch {
            guard load.connectionCount < configuration.connectionLimit else { return pauseAccepting() }
            var peer = sockaddr_storage()
            let client = CLinux_accept(listener.socket.descriptor, &peer)
            switch -client {
            case EAGAIN: return
            case EMFILE, ENFILE, ENOBUFS, ENOMEM: return pauseAccepting()
            // A client that gave up, or a network error of a single connection (accept(2)).
            case 1...: continue
            default: begin(client, peer, listener)
            }
        }
    }

    private mutating func begin(_ client: CInt, _ peer: sockaddr_storage, _ listener: Listener) {
        listener.counters.opened.wrappingAdd(1, ordering: .relaxed)
        load.connections.wrappingAdd(1, ordering: .relaxed)
        let index = connections.add()
        connections[index].phase = .connecting
        connections[index].client = client
        connections[index].listener = listener
        guard let address = RelayAddress(peer), isExpected(client, listener) else { return abort(index) }
        connections[index].clientAddress = address
        call(index)
    }

    /// The target port of redirects is open on all addresses; direct connections are refused.
    private func isExpected(_ client: CInt, _ listener: Listener) -> Bool {
        guard let expected = listener.redirectedFrom else { return true }
        var storage = sockaddr_storage()
        let family = expected.address.family
        guard CLinux_original_destination(client, family.socketFamily, &storage) == 0 else { return false }
        return RelayAddress(storage) == expected
    }

    /// Connects to an endpoint, and to the next one if that fails at once; refuses the client if none is left.
    private mutating func call(_ index: UInt32) {
        guard let listener = connections[index].listener else { return abort(index) }
        let client = connections[index].clientAddress.address
        let balancer = listener.rules.withLock { $0.balancer(for: client) }
        var failed = connections[index].attempt == 0 ? nil : connections[index].endpoint
        while Int(connections[index].attempt) < calls.attempts,
            let endpoint = balancer?.choose(for: client, after: failed, at: now)
        {
            connections[index].endpoint = endpoint
            let server = CLinux_socket(endpoint.address.family.socketFamily, Int32(SOCK_STREAM.rawValue))
            // Not the endpoint's fault.
            guard server >= 0 else {
                pauseAccepting()
                break
            }
            _ = CLinux_set_option(server, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
            var storage = endpoint.storage
            connections[index].called = MonotonicTime.now
            let result = CLinux_connect(server, &storage)
            if result == 0 || result == -EINPROGRESS {
                let token = Token(.server, index, generation: connections[index].generation)
                guard poller.add(server, .changes, token) == 0 else {
                    close(server)
                    break
                }
                connections[index].server = server
                calls.append(token, attempt: Int(connections[index].attempt), at: now)
                return
            }
            close(server)
            if result == -EADDRNOTAVAIL {
                // Ports are exhausted per endpoint: another one may still be reachable.
                load.portShortages.wrappingAdd(1, ordering: .relaxed)
            } else {
                listener.counters.failed(endpoint)
            }
            connections[index].attempt += 1
            failed = endpoint
        }
        listener.counters.unserved.wrappingAdd(1, ordering: .relaxed)
        abort(index)
    }

    /// The endpoint has not answered: try the next one.
    private mutating func callAgain(_ index: UInt32) {
        close(connections[index].server)
        connections[index].server = -1
        connections[index].listener?.counters.failed(connections[index].endpoint)
        connections[index].attempt += 1
        call(index)
    }

    /// An attempt has expired; the connection may be long past it.
    mutating func callTimedOut(_ token: Token, attempt: Int) {
        guard connections.has(token), connections[token.index].phase == .connecting,
            Int(connections[token.index].attempt) == attempt
        else { return }
        callAgain(token.index)
    }

    /// An endpoint has answered or failed.
    mutating func endpointAnswered(_ index: UInt32, _ readiness: Readiness) {
        if readiness.hasFailed || readiness.isEnding && CLinux_pending_error(connections[index].server) != 0 {
            return callAgain(index)
        }
        guard readiness.isWritable, let listener = connections[index].listener else { return }
        let token = Token(.client, index, generation: connections[index].generation)
        guard tellClient(index, listener), poller.add(connections[index].client, .changes, token) == 0 else {
            return abort(index)
        }
        listener.counters.connected(in: MonotonicTime.elapsed(since: connections[index].called, at: MonotonicTime.now))
        connections[index].phase = .relaying
        connections[index].upward.isReadable = true
        connections[index].upward.isWritable = true
        connections[index].downward.isReadable = readiness.isReadable
        connections[index].downward.isEnding = readiness.isEnding
        connections[index].downward.isWritable = true
        relay(index)
    }

    /// Sends the PROXY protocol header if the endpoint wants one. A new connection has room for it.
    private func tellClient(_ index: UInt32, _ listener: Listener) -> Bool {
        guard let header = listener.rules.withLock({ $0.proxyHeader }) else { return true }
        let client = connections[index].clientAddress
        var storage = sockaddr_storage()
        guard CLinux_own_address(connections[index].client, &storage) == 0,
            let own = listener.redirectedFrom ?? RelayAddress(storage)
        else { return false }
        let bytes = header.bytes(from: client, to: own)
        return CLinux_send(connections[index].server, bytes, CUnsignedLong(bytes.count)) == bytes.count
    }
}
