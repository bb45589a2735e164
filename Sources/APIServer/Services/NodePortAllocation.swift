import KubernetesObjects
import ObjectStore

/// The node ports of one Service during a write.
struct NodePortAllocation {
    private let allocation: ServiceAllocation
    /// The ports that the Service already holds, or has got in this write.
    private var held: Set<Int>

    init(_ allocation: ServiceAllocation, held: Set<Int>) {
        self.allocation = allocation
        self.held = held
    }

    /// Allocates a new Service's node ports. Ports with the same number, such as for TCP and UDP, share one.
    mutating func complete(_ service: inout ServiceView) throws(APIStatus) {
        var ports = service.ports
        var chosen: [Int: Int] = [:]
        for index in ports.indices {
            let port = ports[index].servicePort
            if ports[index].nodePort == 0, !service.getsNodePorts { continue }
            guard let shared = chosen[port] else {
                let requested = ports.first { $0.servicePort == port && $0.nodePort != 0 }?.nodePort ?? 0
                if requested != 0 {
                    try take(requested, at: index, of: service)
                    ports[index].nodePort = requested
                } else {
                    ports[index].nodePort = try next()
                }
                chosen[port] = ports[index].nodePort
                continue
            }
            if ports[index].nodePort == 0 {
                ports[index].nodePort = shared
            } else if ports[index].nodePort != shared {
                try take(ports[index].nodePort, at: index, of: service)
            }
        }
        if !ports.isEmpty { service.ports = ports }
    }

    /// Allocates the ports that an update requests; the Service keeps those it holds.
    mutating func update(_ service: inout ServiceView, old: ServiceView) throws(APIStatus) {
        guard old.needsNodePort else { return try complete(&service) }
        var ports = service.ports
        for index in ports.indices {
            if ports[index].nodePort == 0 {
                if service.getsNodePorts { ports[index].nodePort = try next() }
            } else if !held.contains(ports[index].nodePort) {
                try take(ports[index].nodePort, at: index, of: service)
            }
        }
        if !ports.isEmpty { service.ports = ports }
    }

    mutating func completeHealthCheck(_ service: inout ServiceView, old: ServiceView?) throws(APIStatus) {
        guard service.needsHealthCheckNodePort, old?.needsHealthCheckNodePort != true else { return }
        if service.healthCheckNodePort == 0 {
            service.healthCheckNodePort = try next()
        } else if let problem = problem(of: service.healthCheckNodePort) {
            throw .internalError(
                "failed to allocate requested HealthCheck NodePort \(service.healthCheckNodePort): \(problem)")
        } else {
            held.insert(service.healthCheckNodePort)
        }
    }

    private mutating func take(_ port: Int, at index: Int, of service: ServiceView) throws(APIStatus) {
        if let problem = problem(of: port) {
            throw .invalid(
                kind: GroupKind(group: "", kind: "Service"), name: service.document.name,
                [.invalid("spec.ports[\(index)].nodePort", .integer(Int64(port)), problem)])
        }
        held.insert(port)
    }

    private func problem(of port: Int) -> String? {
        let range = allocation.writer.network.nodePorts
        guard range.contains(port) else {
            return "provided port is not in the valid range. The range of valid ports is "
                + "\(range.lowerBound)-\(range.upperBound)"
        }
        if allocation.isDryRun { return nil }
        guard held.contains(port) || allocation.writer.transaction.record(ServiceAllocation.portKey(port)) != nil else {
            return nil
        }
        return "provided port is already allocated"
    }

    /// A free port; 0 in a dry run.
    private mutating func next() throws(APIStatus) -> Int {
        if allocation.isDryRun { return 0 }
        let network = allocation.writer.network
        let first = network.nodePorts.lowerBound
        var generator = SystemRandomNumberGenerator()
        let position = PositionSearch.find(
            count: UInt64(network.nodePorts.count), staticCount: UInt64(network.staticNodePorts), using: &generator
        ) { position in
            let port = first + Int(position)
            return !held.contains(port)
                && allocation.writer.transaction.record(ServiceAllocation.portKey(port)) == nil
        }
        guard let position else { throw .internalError("failed to allocate a nodePort: range is full") }
        held.insert(first + Int(position))
        return first + Int(position)
    }
}
