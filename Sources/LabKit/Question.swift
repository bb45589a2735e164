/// An address that clients use, and its kind: `clusterIP`, `externalIP`, `loadBalancer` or `nodePort`.
package struct Frontend: Sendable {
    package var kind: String
    package var address: SocketAddress
    package var transport: Transport
}

/// What happens to connections from one client to one address of a Service?
package struct Question: Sendable {
    let service: String
    package let frontend: Frontend
    package let client: Client
    let hasAffinity: Bool
    let endpointCount: Int

    /// The key in a recording: `default/web TCP pod -> clusterIP 10.96.0.5 80`.
    package var name: String {
        let target = frontend.address
        return
            "\(service) \(frontend.transport.rawValue) \(client.name) -> \(frontend.kind) \(target.ip) \(target.port)"
    }

    /// Connects often enough to meet every endpoint: one of n is missed once in e¹² ≈ 160,000 times.
    ///
    /// Silence takes a while, so it is awaited for long only where the recorded observation is another.
    package func ask(expecting recorded: Observation? = nil) async throws -> Observation {
        let isSilent = recorded?.failed?.contains(ConnectionOutcome.noAnswer.description) ?? true
        let timeout = isSilent ? Duration.seconds(2) : .answer
        var outcomes: [ConnectionOutcome] = []
        if hasAffinity {
            // One after another: the first connection decides where the next ones go.
            for _ in 0..<8 {
                outcomes.append(
                    try await client.connect(to: frontend.address, over: frontend.transport, timeout: timeout))
                if outcomes.count == 3 && outcomes.allSatisfy({ $0.server == nil }) { break }
            }
        } else {
            for _ in 0...max(1, endpointCount) {
                outcomes += try await client.connect(
                    12, to: frontend.address, over: frontend.transport, timeout: timeout)
                if outcomes.allSatisfy({ $0.server == nil }) { break }
            }
        }
        return Observation(outcomes, from: client, to: frontend.address, hasAffinity: hasAffinity)
    }
}

extension Question {
    /// Connects continuously for all questions while `body` runs, and counts the outcomes by name.
    package static func connect(
        _ questions: [Question], while body: () async throws -> Void
    ) async throws -> [String: [ConnectionOutcome: Int]] {
        guard let first = questions.first else {
            try await body()
            return [:]
        }
        var rest: [String: [ConnectionOutcome: Int]] = [:]
        let outcomes = try await first.client.connect(
            to: first.frontend.address, over: first.frontend.transport, width: 1
        ) {
            rest = try await connect(Array(questions.dropFirst()), while: body)
        }
        rest[first.name] = outcomes
        return rest
    }
}

extension ScenarioObjects.Service {
    /// All addresses under which clients find the Service, node ports on the lab's node included.
    var frontends: [Frontend] {
        var fronts = (spec.clusterIPs ?? [spec.clusterIP].compactMap(\.self)).map { ("clusterIP", $0) }
        fronts += (spec.externalIPs ?? []).map { ("externalIP", $0) }
        fronts += (status?.loadBalancer?.ingress ?? []).compactMap(\.ip).map { ("loadBalancer", $0) }
        let nodes = (spec.ipFamilies ?? ["IPv4"]).map { $0 == "IPv6" ? ClusterAddress.node6 : ClusterAddress.node }
        return (spec.ports ?? []).flatMap { port -> [Frontend] in
            guard let transport = Transport(rawValue: port.protocol ?? "TCP"), transport != .sctp else { return [] }
            let direct = fronts.map { Frontend(kind: $0, address: SocketAddress($1, port.port), transport: transport) }
            let nodePorts = (port.nodePort.map { number in nodes.map { SocketAddress($0, number) } } ?? [])
                .map { Frontend(kind: "nodePort", address: $0, transport: transport) }
            return direct + nodePorts
        }
    }
}
