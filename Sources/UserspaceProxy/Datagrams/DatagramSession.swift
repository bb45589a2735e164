import CLinux
import InternetAddresses

/// The session of one client with one UDP listener: a socket connected to the endpoint.
struct DatagramSession {
    /// Identifies the session's datagrams.
    struct Key: Hashable {
        var listener: UInt32
        var client: RelayAddress
    }

    /// The stage of a session, which determines how long it may be silent.
    enum Stage: Int, CaseIterable {
        case unanswered
        case answered
        case flowing
    }

    var key = Key(listener: 0, client: RelayAddress(IPAddress(ipv4: 0), 0))
    var descriptor: CInt = -1
    var generation: UInt32 = 0
    var endpoint = RelayAddress(IPAddress(ipv4: 0), 0)
    /// The client, and our address that it sends to.
    var peer = CLinux_peer()
    var stage = Stage.unanswered
    var lastUse: UInt64 = 0
    /// Neighbours in the list of its stage; -1 at the ends.
    var previous: Int32 = -1
    var next: Int32 = -1

    var exists: Bool { descriptor >= 0 }
}

/// The sessions of one thread. Those of each stage are in a list, the longest silent first.
struct DatagramSessions {
    private var sessions: [DatagramSession] = []
    private var free: [UInt32] = []
    private var places: [DatagramSession.Key: UInt32] = [:]
    private var first = [Int32](repeating: -1, count: DatagramSession.Stage.allCases.count)
    private var last = [Int32](repeating: -1, count: DatagramSession.Stage.allCases.count)

    var count: Int { places.count }

    subscript(index: UInt32) -> DatagramSession {
        _read { yield sessions[Int(index)] }
        _modify { yield &sessions[Int(index)] }
    }

    func index(of key: DatagramSession.Key) -> UInt32? { places[key] }

    /// The session of a token, if it still exists.
    func index(of token: Token) -> UInt32? {
        let index = Int(token.index)
        guard index < sessions.count, sessions[index].exists, sessions[index].generation == token.generation else {
            return nil
        }
        return token.index
    }

    /// Adds a session that has just had a datagram.
    mutating func add(_ session: DatagramSession) -> UInt32 {
        let index: UInt32
        if let place = free.popLast() {
            index = place
            let generation = sessions[Int(place)].generation
            sessions[Int(place)] = session
            sessions[Int(place)].generation = generation
        } else {
            index = UInt32(sessions.count)
            sessions.append(session)
        }
        places[session.key] = index
        link(index)
        return index
    }

    /// Removes a session; the caller closes its descriptor.
    mutating func remove(_ index: UInt32) {
        unlink(index)
        places[sessions[Int(index)].key] = nil
        let generation = sessions[Int(index)].generation
        sessions[Int(index)] = DatagramSession()
        sessions[Int(index)].generation = (generation + 1) & Token.generationMask
        free.append(index)
    }

    /// A datagram was received or sent.
    mutating func use(_ index: UInt32, stage: DatagramSession.Stage, at now: UInt64) {
        unlink(index)
        sessions[Int(index)].stage = stage
        sessions[Int(index)].lastUse = now
        link(index)
    }

    /// The longest silent session of a stage.
    func oldest(_ stage: DatagramSession.Stage) -> UInt32? {
        let index = first[stage.rawValue]
        return index < 0 ? nil : UInt32(index)
    }

    /// The sessions of a listener.
    func indices(of listener: UInt32) -> [UInt32] {
        sessions.indices.filter { sessions[$0].exists && sessions[$0].key.listener == listener }.map { UInt32($0) }
    }

    /// All sessions.
    var indices: [UInt32] { places.values.map { $0 } }

    private mutating func link(_ index: UInt32) {
        let stage = sessions[Int(index)].stage.rawValue
        sessions[Int(index)].previous = last[stage]
        sessions[Int(index)].next = -1
        if last[stage] >= 0 { sessions[Int(last[stage])].next = Int32(index) } else { first[stage] = Int32(index) }
        last[stage] = Int32(index)
    }

    private mutating func unlink(_ index: UInt32) {
        let session = sessions[Int(index)]
        let stage = session.stage.rawValue
        if session.previous >= 0 {
            sessions[Int(session.previous)].next = session.next
        } else {
            first[stage] = session.next
        }
        if session.next >= 0 {
            sessions[Int(session.next)].previous = session.previous
        } else {
            last[stage] = session.previous
        }
    }
}
