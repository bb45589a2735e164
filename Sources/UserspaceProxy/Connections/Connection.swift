import InternetAddresses

/// A client's connection and the one to an endpoint.
struct Connection {
    enum Phase: UInt8 {
        /// The slot in the table is free.
        case free
        /// An endpoint is being tried.
        case connecting
        case relaying
    }

    var phase = Phase.free
    /// Distinguishes this connection from an earlier one in the same slot.
    var generation: UInt32 = 0
    /// The number of endpoints tried before.
    var attempt: UInt8 = 0
    /// Whether keep-alive is on for the connection to the endpoint.
    var isKeptAlive = false
    var client: CInt = -1
    var server: CInt = -1
    /// When connecting to the endpoint began, in nanoseconds.
    var called: UInt64 = 0
    var listener: Listener?
    var clientAddress = RelayAddress(IPAddress(ipv4: 0), 0)
    var endpoint = RelayAddress(IPAddress(ipv4: 0), 0)
    /// From the client to the endpoint, and back.
    var upward = Flow()
    var downward = Flow()
}

/// The connections of one thread, in reusable slots.
struct ConnectionTable {
    private var connections: [Connection] = []
    private var free: [UInt32] = []

    /// The number of connections.
    var count: Int { connections.count - free.count }

    /// Takes a free slot.
    mutating func add() -> UInt32 {
        if let index = free.popLast() { return index }
        connections.append(Connection())
        return UInt32(connections.count - 1)
    }

    /// Frees a slot; old tokens no longer match its generation.
    mutating func remove(_ index: UInt32) {
        let generation = connections[Int(index)].generation
        connections[Int(index)] = Connection()
        connections[Int(index)].generation = (generation + 1) & Token.generationMask
        free.append(index)
    }

    subscript(index: UInt32) -> Connection {
        _read { yield connections[Int(index)] }
        _modify { yield &connections[Int(index)] }
    }

    /// Whether the token's connection still exists.
    func has(_ token: Token) -> Bool {
        let index = Int(token.index)
        return index < connections.count && connections[index].generation == token.generation
            && connections[index].phase != .free
    }

    /// The slots in use.
    var indices: [UInt32] { connections.indices.filter { connections[$0].phase != .free }.map { UInt32($0) } }
}
