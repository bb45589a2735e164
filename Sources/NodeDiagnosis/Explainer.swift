import ConntrackCleanup
package import Diagnosis
import InternetAddresses
import KubernetesAPI
package import Logging
import NodeProbes
import NodeProxy
import ServiceRouting

/// Answers questions about Services on this node: reads objects, applies routing, examines the node. Changes nothing.
package struct Explainer: Sendable {
    private let settings: DiagnosisSettings
    private let environment: [String: String]
    private let logger: Logger

    /// `environment` locates a cluster's API server.
    package init(_ settings: DiagnosisSettings, environment: [String: String], logger: Logger) {
        self.settings = settings
        self.environment = environment
        self.logger = logger
    }

    /// Explains where the question's connections go, and why.
    ///
    /// Throws for invalid settings; what cannot be read or reached is part of the answer.
    package func explain(_ question: Question) async throws -> Explanation {
        var (explanation, one) = try await look(question)
        if explanation.mayBePassing {
            try await Task.sleep(for: Self.secondLook)
            (explanation, one) = try await look(question)
        }
        if settings.traces, let place = one.tracedFrontend {
            explanation.trace = try await trace(place, question)
        }
        return explanation
    }

    /// How long a working proxy may take to program a change.
    private static let secondLook = Duration.milliseconds(300)

    private func look(_ question: Question) async throws -> (explanation: Explanation, one: Case) {
        let surroundings = try Surroundings(settings)
        let examiner = NodeExaminer(surroundings: surroundings, logger: logger)
        let machine = surroundings.machineAddresses
        let configuration = surroundings.configuration
        let objects = try await reader(surroundings).read(
            .one { objects in question.service(in: objects, machine: machine) })
        let table = Self.table(objects, surroundings)
        let one = Case(
            question, objects, table, nodeName: configuration.nodeName, machine: machine,
            localTraffic: surroundings.localNetworks(objects))
        let routes = one.routes
        let snapshot = RoutingSnapshot(
            routes: routes, nodePorts: table.nodePorts, serviceNetworks: table.serviceNetworks)
        var plan = NodeExaminer.Plan(snapshot: snapshot, stale: StaleFlows(after: snapshot))
        plan.isWhole = false
        plan.nodePorts = routes.nodePorts
        plan.resolver = settings.resolverFile
        if settings.asksOthers {
            plan.backends = one.backends + one.headlessBackends
            plan.names = names(one, objects)
        }
        return (Explanation(of: one, try await examiner.facts(plan)), one)
    }

    /// A connection from this node, or from the client in the question, within a second.
    private func trace(_ place: BackendKey, _ question: Question) async throws -> PacketTrace {
        let sends: Bool
        let origin: String
        switch question.origin {
        case nil, .node: (sends, origin) = (true, "this node")
        case .pod, .outside: (sends, origin) = (false, "any client")
        case .address(let address): (sends, origin) = (false, "\(address)")
        }
        return try await OnThread.run("trace") {
            Result { () throws(DiagnosisError) in try TraceProbe.run(place, sends: sends, origin: origin) }
        }.get()
    }

    func reader(_ surroundings: Surroundings) -> ObjectReader {
        ObjectReader(
            origin: surroundings.configuration.origin, nodeName: surroundings.configuration.nodeName,
            environment: environment, logger: logger)
    }

    static func table(_ objects: ClusterObjects, _ surroundings: Surroundings) -> RoutingTable {
        var table = RoutingTable(
            configuration: surroundings.configuration.routing, machineAddresses: surroundings.machineAddresses)
        _ = table.apply(objects.changes)
        return table
    }

    /// The names to query, and the servers: the cluster's DNS Service, or those in a client's resolv.conf.
    private func names(
        _ one: Case, _ objects: ClusterObjects
    ) -> [(name: String, server: IPAddress, families: [IPFamily])] {
        // A client that has an address queries no name.
        if case .address = one.question.subject { return [] }
        guard let service = one.service,
            !service.clusterIPs.isEmpty || service.isHeadless || service.kind == .externalName
        else { return [] }
        let resolver = settings.resolverFile.flatMap { DNSProbe.resolver($0) }
        let cluster = ["kube-dns", "coredns", "servicelet-dns"].lazy
            .compactMap { objects.services[NamespacedName(namespace: "kube-system", name: $0)]?.clusterIPs.first }.first
        guard let server = resolver?.servers.first ?? cluster else { return [] }
        let name = service.metadata.namespacedName
        let families = IPFamily.allCases.filter { family in
            service.isHeadless || service.kind == .externalName
                ? family == .ipv4 : service.clusterIPs.contains { $0.family == family }
        }
        return [("\(name.name).\(name.namespace).svc.\(settings.zone).", server, families)]
    }
}

extension [ServicePortRoute] {
    /// The node ports that the routes open.
    var nodePorts: [(port: UInt16, transport: TransportProtocol, family: IPFamily)] {
        flatMap { route in
            Set(route.frontends.filter { $0.kind == .nodePort }.map(\.port)).map {
                (port: $0, transport: route.key.name.transport, family: route.key.family)
            }
        }
    }
}
