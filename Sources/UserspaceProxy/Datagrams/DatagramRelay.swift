import CLinux
import Glibc
import InternetAddresses
import Synchronization

/// Carries datagrams between clients and endpoints, many per call. Belongs to one thread.
struct DatagramRelay: ~Copyable {
    /// The number of datagrams per call, and of calls in a row before others have their turn.
    private static let batch = 16
    private static let rounds = 4
    /// The length of the longest possible datagram.
    private static let size = 1 << 16

    private let limit: Int
    private let timeouts: RelayConfiguration.SessionTimeouts
    private let load: RelayLoad
    private var listeners: [UInt32: Listener] = [:]
    private var sessions = DatagramSessions()
    private var received = [CLinux_datagram](repeating: CLinux_datagram(), count: batch)
    private var buffer: [UInt8] = []

    init(_ configuration: RelayConfiguration, _ load: RelayLoad) {
        limit = max(1, configuration.sessionLimit / configuration.threads)
        timeouts = configuration.sessionTimeouts
        self.load = load
    }

    mutating func add(_ listener: Listener, id: UInt32, _ poller: inout Poller) {
        // Untouched pages cost nothing.
        if buffer.isEmpty { buffer = [UInt8](repeating: 0, count: Self.batch * Self.size) }
        listeners[id] = listener
        _ = poller.add(listener.socket.descriptor, .reading, Token(.datagramListener, id))
    }

    mutating func remove(id: UInt32, keepingSessions: Bool, _ poller: inout Poller) {
        guard let listener = listeners[id] else { return }
        poller.remove(listener.socket.descriptor)
        if keepingSessions { return }
        listeners[id] = nil
        for index in sessions.indices(of: id) { end(index, counters: listener.counters) }
    }

    /// Ends sessions with other endpoints.
    mutating func keepSessions(of id: UInt32, with endpoints: Set<RelayAddress>) {
        for index in sessions.indices(of: id) where !endpoints.contains(sessions[index].endpoint) { end(index) }
    }

    mutating func stop() {
        for index in sessions.indices { end(index) }
        listeners = [:]
    }

    /// Forwards datagrams from clients.
    mutating func receive(_ id: UInt32, _ poller: inout Poller, at now: UInt64) {
        guard let listener = listeners[id] else { return }
        for _ in 0..<Self.rounds {
            let count = CLinux_receive_datagrams(
                listener.socket.descriptor, &received, CInt(Self.batch), &buffer, UInt32(Self.size))
            guard count > 0 else { return }
            for place in 0..<Int(count) { pass(place, to: listener, id: id, &poller, at: now) }
            if count < Self.batch { return }
        }
    }

    private mutating func pass(_ place: Int, to listener: Listener, id: UInt32, _ poller: inout Poller, at now: UInt64)
    {
        guard let client = RelayAddress(received[place].peer.address) else { return }
        let key = DatagramSession.Key(listener: id, client: client)
        if let index = sessions.index(of: key) {
            sessions[index].peer = received[place].peer
            let stage = sessions[index].stage
            sessions.use(index, stage: stage == .answered ? .flowing : stage, at: now)
            let result = send(place, on: index, listener.counters)
            guard result == -CLong(ECONNREFUSED) else { return }
            // Nothing listens there, according to the answer to an earlier datagram.
            let failed = sessions[index].endpoint
            listener.counters.failed(failed)
            end(index, counters: listener.counters)
            open(place, key, listener, after: failed, &poller, at: now)
        } else {
            open(place, key, listener, after: nil, &poller, at: now)
        }
    }

    /// Begins a session with a datagram.
    private mutating func open(
        _ place: Int, _ key: DatagramSession.Key, _ listener: Listener, after failed: RelayAddress?,
        _ poller: inout Poller, at now: UInt64
    ) {
        makeRoom()
        let client = key.client.address
        guard let balancer = listener.rules.withLock({ $0.balancer(for: client) }),
            let endpoint = balancer.choose(for: client, after: failed, at: now)
        else {
            listener.counters.unserved.wrappingAdd(1, ordering: .relaxed)
            return
        }
        var session = DatagramSession()
        session.key = key
        session.endpoint = endpoint
        session.peer = received[place].peer
        session.lastUse = now
        session.descriptor = CLinux_socket(endpoint.address.family.socketFamily, Int32(SOCK_DGRAM.rawValue))
        var storage = endpoint.storage
        guard session.exists else {
            listener.counters.unserved.wrappingAdd(1, ordering: .relaxed)
            return
        }
        guard CLinux_connect(session.descriptor, &storage) == 0 else {
            listener.counters.failed(endpoint)
            listener.counters.unserved.wrappingAdd(1, ordering: .relaxed)
            close(session.descriptor)
            return
        }
        let index = sessions.add(session)
        listener.counters.opened.wrappingAdd(1, ordering: .relaxed)
        load.sessions.wrappingAdd(1, ordering: .relaxed)
        let token = Token(.datagramSession, index, generation: sessions[index].generation)
        guard poller.add(session.descriptor, .reading, token) == 0 else {
            return end(index, counters: listener.counters)
        }
        _ = send(place, on: index, listener.counters)
    }

    /// The number of bytes, or a negative errno; unsent datagrams are dropped, as in networks.
    private func send(_ place: Int, on index: UInt32, _ counters: RelayCounters) -> CLong {
        let offset = Int(received[place].offset)
        let length = Int(received[place].length)
        let sent = buffer.withUnsafeBytes { bytes in
            CLinux_send(sessions[index].descriptor, bytes.baseAddress?.advanced(by: offset), CUnsignedLong(length))
        }
        if sent > 0 { counters.bytesToEndpoints.wrappingAdd(UInt64(sent), ordering: .relaxed) }
        return sent
    }

    /// Forwards datagrams from a session's endpoint.
    mutating func answer(_ token: Token, at now: UInt64) {
        guard let index = sessions.index(of: token), let listener = listeners[sessions[index].key.listener] else {
            return
        }
        for _ in 0..<Self.rounds {
            let count = CLinux_receive_datagrams(
                sessions[index].descriptor, &received, CInt(Self.batch), &buffer, UInt32(Self.size))
            if count < 0, errno != EAGAIN {
                listener.counters.failed(sessions[index].endpoint)
                return end(index, counters: listener.counters)
            }
            guard count > 0 else { return }
            var bytes: UInt64 = 0
            for place in 0..<Int(count) {
                received[place].peer = sessions[index].peer
                bytes += UInt64(received[place].length)
            }
            CLinux_send_datagrams(listener.socket.descriptor, received, count, buffer)
            listener.counters.bytesToClients.wrappingAdd(bytes, ordering: .relaxed)
            let stage = sessions[index].stage
            sessions.use(index, stage: stage == .unanswered ? .answered : stage, at: now)
            if count < Self.batch { return }
        }
    }

    /// Ends sessions that have been silent for too long.
    mutating func expire(at now: UInt64) {
        for stage in DatagramSession.Stage.allCases {
            while let index = sessions.oldest(stage),
                MonotonicTime.elapsed(since: sessions[index].lastUse, at: now) >= timeout(stage)
            {
                end(index)
            }
        }
    }

    /// When the next session expires.
    var nextDeadline: UInt64? {
        DatagramSession.Stage.allCases.compactMap { stage in
            sessions.oldest(stage).map { sessions[$0].lastUse + timeout(stage) }
        }.min()
    }

    private func timeout(_ stage: DatagramSession.Stage) -> UInt64 {
        switch stage {
        case .unanswered: timeouts.unanswered * 1_000_000
        case .answered: timeouts.answered * 1_000_000
        case .flowing: timeouts.flowing * 1_000_000
        }
    }

    /// Ends a session when there are too many: preferably one that has been answered.
    private mutating func makeRoom() {
        guard sessions.count >= limit else { return }
        load.pauses.wrappingAdd(1, ordering: .relaxed)
        for stage in [DatagramSession.Stage.answered, .unanswered, .flowing] {
            if let index = sessions.oldest(stage) { return end(index) }
        }
    }

    private mutating func end(_ index: UInt32, counters: RelayCounters? = nil) {
        let counters = counters ?? listeners[sessions[index].key.listener]?.counters
        counters?.closed.wrappingAdd(1, ordering: .relaxed)
        load.sessions.wrappingSubtract(1, ordering: .relaxed)
        close(sessions[index].descriptor)
        sessions.remove(index)
    }
}
