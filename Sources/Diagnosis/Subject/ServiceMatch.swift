package import InternetAddresses
package import KubernetesAPI
import ServiceRouting

/// The Service and the ports of a question.
struct ServiceMatch {
    private(set) var service: Service?
    private(set) var ports: [ServicePort] = []
    private(set) var mismatch: Finding?
    /// The address in the question; the Service's others are ignored.
    private var address: IPAddress?
    private var port: UInt16?

    init(_ question: Question, _ objects: ClusterObjects, machine: [IPAddress]) {
        switch question.subject {
        case .service(let name): take(name, question, objects)
        case .name(let text):
            if let name = ServiceName(text) {
                take(name.service, question, objects)
            } else {
                mismatch = Finding(
                    .broken, .noSuchService, "\(text) is not the name of a Service",
                    remedy: "names of Services are NAME.NAMESPACE.svc.cluster.local, or a part of that from the left")
            }
        case .address(let address): take(address, question, objects, machine: machine)
        }
    }

    /// Whether the question is about the frontend.
    func concerns(_ frontend: Frontend, machine: [IPAddress]) -> Bool {
        guard let address else { return true }
        guard frontend.address == address || (frontend.address == nil && machine.contains(address)) else {
            return false
        }
        return port.map { $0 == frontend.port } ?? true
    }

    private mutating func take(_ name: NamespacedName, _ question: Question, _ objects: ClusterObjects) {
        guard let service = objects.services[name] else {
            let names = objects.services.keys
            let elsewhere = names.filter { $0.name == name.name }.sorted().map(\.description)
            let near = names.filter { $0.namespace == name.namespace }.map(\.name).sorted()
            let hint =
                elsewhere.isEmpty
                ? near.isEmpty
                    ? "namespace \(name.namespace) has no Service" : "namespace \(name.namespace) has \(list(near))"
                : "there is \(list(elsewhere))"
            mismatch = Finding(
                .broken, .noSuchService, "there is no Service \(name)", proof: "\(hint), in \(objects.origin)",
                remedy: "correct the name or the namespace, or create the Service")
            return
        }
        self.service = service
        choosePorts(question, of: service, namePort: \.port)
    }

    private mutating func choosePorts(_ question: Question, of service: Service, namePort: (ServicePort) -> UInt16?) {
        ports = service.ports.filter { port in
            if let transport = question.transport, transport != port.transport { return false }
            return switch question.port {
            case nil: true
            case .name(let name): port.name == name
            case .number(let number): namePort(port) == number
            }
        }
        guard ports.isEmpty, !service.ports.isEmpty else { return }
        let asked =
            switch question.port {
            case nil: question.transport.map { "port for \($0)" } ?? "port"
            case .name(let name): "port named \(name)"
            case .number(let number): "port \(number)" + (question.transport.map { "/\($0)" } ?? "")
            }
        mismatch = Finding(
            .broken, .noSuchPort, "the Service has no \(asked)",
            proof: "it has \(list(service.ports.map(\.text)))",
            remedy: "use one of these, or add the port to the Service")
    }

    private mutating func take(
        _ address: IPAddress, _ question: Question, _ objects: ClusterObjects, machine: [IPAddress]
    ) {
        self.address = address
        if case .number(let number) = question.port { port = number }
        let isNode = machine.contains(address) || objects.nodes.contains { $0.primaryAddresses.contains(address) }
        let owners = objects.services.values.filter { $0.has(address) }
            .sorted {
                ($0.metadata.creationTime, $0.metadata.namespacedName) < (
                    $1.metadata.creationTime, $1.metadata.namespacedName
                )
            }
        // If several Services claim the address, the port decides which one owns it.
        for service in owners {
            choosePorts(question, of: service, namePort: \.port)
            if mismatch == nil {
                self.service = service
                return
            }
            mismatch = nil
        }
        if isNode, case .number(let number) = question.port {
            for service in objects.services.values where service.kind == .nodePort || service.kind == .loadBalancer {
                ports = service.ports.filter {
                    $0.nodePort == number && (question.transport ?? $0.transport) == $0.transport
                }
                if !ports.isEmpty {
                    self.service = service
                    return
                }
            }
        }
        if let first = owners.first {
            service = first
            choosePorts(question, of: first, namePort: \.port)
            return
        }
        let slices = objects.slices.filter { $0.endpoints.contains { $0.address == address } }
        let onPort = slices.first { slice in
            slice.ports.contains { port in port.port.map { question.port == .number($0) } ?? false }
        }
        if let slice = onPort ?? slices.first, let owner = slice.service {
            mismatch = Finding(
                .broken, .noSuchAddress,
                "\(address) is an endpoint of \(owner), not an address that Services are used at",
                proof: "EndpointSlice \(slice.metadata.namespacedName)", remedy: "ask for \(owner)")
            return
        }
        mismatch = Finding(
            .broken, .noSuchAddress, "\(question.text) belongs to no Service",
            proof: "none of \(objects.services.count) Services in \(objects.origin) has the address"
                + (isNode ? ", nor the node port" : ""),
            remedy: "correct the address; an address of a Service that was deleted and made again is a new one")
    }
}

extension Question {
    /// The Service that the question is about; `nil` if none fits it. `machine` are the addresses of this node.
    package func service(in objects: ClusterObjects, machine: [IPAddress]) -> NamespacedName? {
        ServiceMatch(self, objects, machine: machine).service?.metadata.namespacedName
    }
}

extension Service {
    /// Whether clients may use this address for it.
    fileprivate func has(_ address: IPAddress) -> Bool {
        clusterIPs.contains(address) || externalIPs.contains(address)
            || loadBalancerIngress.contains { $0.address == address }
    }
}

extension ServicePort {
    /// `http 80/TCP`
    var text: String { (name.isEmpty ? "" : name + " ") + "\(port)/\(transport)" }
}

/// A few of many: `a, b, c and 4 more`.
func list(_ things: [String], limit: Int = 5) -> String {
    let shown = things.prefix(limit).joined(separator: ", ")
    return things.count > limit ? "\(shown) and \(things.count - limit) more" : shown
}

/// `1 pod`, `2 pods`
func count(_ number: Int, _ thing: String) -> String { "\(number) \(thing)\(number == 1 ? "" : "s")" }
