import InternetAddresses

/// A client's connection and the one to an endpoint.
struct Connection {
    enum Phase: UInt8 {
        /// The place in the table is free.
        case free
        /// An endpoint is being tried.
        case connecting
        case relaying
    }

    var phase = Phase.free
    /// Tells this connection from an earlier one in the same place of the table.
    var generation: UInt32 = 0
    /// How many endpoints were tried before.
    var attempt: UInt8 = 0
    /// Whether the connection to the endpoint asks after it while it is silent.
    var isKeptAlive = false
    var client: CInt = -1
    var server: CInt = -1
    /// When the endpoint was called, in nanoseconds.
    var called: UInt64 = 0
    var listener: Listener?
    var clientAddress = RelayAddress(IPAddress(ipv4: 0), 0)
    var endpoint = RelayAddress(IPAddress(ipv4: 0), 0)
    /// From the client to the endpoint, and back.
    var upward = Flow()
    var downward = Flow()
}

/// The connections of one thread, each in a place that others take when it is gone.
struct ConnectionTable {
    private var connections: [Connection] = []
    private var free: [UInt32] = []

    /// How many there are.
    var count: Int { connections.count - free.count }

    /// Takes a free place.
    mutating func add() -> UInt32 {
        if let index = free.popLast() { return index }
        connections.append(Connection())
        return UInt32(connections.count - 1)
    }

    /// Frees a place; who still knows its token finds another generation there.
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

    /// Whether the connection that the token was made for is still there.
    func has(_ token: Token) -> Bool {
        let index = Int(token.index)
        return index < connections.count && connections[index].generation == token.generation
            && connections[index].phase != .free
    }

    /// The places that are taken.
    var indices: [UInt32] { connections.indices.filter { connections[$0].phase != .free }.map { UInt32($0) } }
}
