package import Foundation

/// A recorded cluster: objects as an API server returns them, and the recorded outcomes of connections.
package struct Scenario: Sendable {
    /// The folder of its files.
    package let folder: URL

    /// The scenario in a folder; nothing is read yet.
    package init(folder: URL) { self.folder = folder }

    /// The List of objects.
    package var objects: URL { folder.appending(path: "served.json") }

    /// The recording with kube-proxy in a mode: `nftables` or `iptables`.
    package func recording(_ mode: String) throws -> [String: Observation] {
        try decode([String: Observation].self, from: folder.appending(path: "behaviour-\(mode).json"))
    }

    /// Starts a server for each port of each endpoint, ready or not, and plans what to observe.
    ///
    /// SCTP is omitted: not all kernels here support it.
    package func prepare(_ cluster: Cluster) async throws -> [Question] {
        let objects = try decode(ScenarioObjects.self, from: objects)
        var served: Set<String> = []
        for slice in objects.slices {
            for ip in slice.addresses {
                let home = try await cluster.home(of: ip)
                for port in slice.ports ?? [] {
                    guard let number = port.port, let transport = Transport(rawValue: port.protocol ?? "TCP"),
                        transport != .sctp, served.insert("\(ip) \(number) \(transport)").inserted
                    else { continue }
                    try await home.serve(SocketAddress(ip, number), over: transport)
                }
            }
        }
        var questions: [Question] = []
        for service in objects.services where service.isProxied {
            let endpoints = objects.slices.filter { $0.owner == service.key }.flatMap(\.addresses)
            let itself = try await endpointClients(endpoints, in: cluster)
            for frontend in service.frontends {
                let clients = cluster.clients + itself.filter { $0.source(for: frontend.address) != nil }
                // The second outsider tests restrictions by source address; a clusterIP has none.
                for client in clients where frontend.kind != "clusterIP" || client.name != "outside-other" {
                    questions.append(
                        Question(
                            service: service.key, frontend: frontend, client: client,
                            hasAffinity: service.spec.sessionAffinity == "ClientIP", endpointCount: endpoints.count))
                }
            }
        }
        return questions
    }

    /// Asks all questions, several at a time, and returns the answers by name. `recording` has the expected ones.
    package static func observe(
        _ questions: [Question], expecting recording: [String: Observation]
    ) async throws -> [String: Observation] {
        // Enough to keep two processors busy, and far below the limit of open files.
        let width = 8
        var answers: [String: Observation] = [:]
        try await withThrowingTaskGroup(of: (String, Observation).self) { group in
            for (index, question) in questions.enumerated() {
                if index >= width, let (name, answer) = try await group.next() { answers[name] = answer }
                group.addTask { (question.name, try await question.ask(expecting: recording[question.name])) }
            }
            for try await (name, answer) in group { answers[name] = answer }
        }
        return answers
    }

    /// The first endpoint of each family that runs on the node, as a client of its own Service.
    private func endpointClients(_ endpoints: [String], in cluster: Cluster) async throws -> [Client] {
        var clients: [Client] = []
        for isIPv6 in [false, true] {
            for ip in endpoints where ip.contains(":") == isIPv6 {
                let home = try await cluster.home(of: ip)
                guard home !== cluster.remote else { continue }
                clients.append(
                    Client(
                        name: "endpoint-itself", namespace: home, source: isIPv6 ? nil : ip, source6: isIPv6 ? ip : nil)
                )
                break
            }
        }
        return clients
    }

    private func decode<T: Decodable>(_ type: T.Type, from file: URL) throws -> T {
        do {
            return try JSONDecoder().decode(type, from: Data(contentsOf: file))
        } catch {
            throw LabError(.invalidInput, "cannot read \(file.path)", cause: "\(error)")
        }
    }
}
