import InternetAddresses
import KubernetesObjects
import ObjectStore

/// Allocates a Service's cluster IPs and node ports, and releases unused ones, in the Service's own transaction.
///
/// Allocations are stored objects: an IPAddress for each cluster IP, a hidden record for each node port. There is
/// nothing to repair. https://kubernetes.io/docs/reference/networking/virtual-ips/#ip-address-objects
struct ServiceAllocation {
    let writer: ObjectWriter
    let isDryRun: Bool

    init(_ writer: ObjectWriter, isDryRun: Bool) {
        self.writer = writer
        self.isDryRun = isDryRun
    }

    func create(_ document: inout Document) throws(APIStatus) {
        var service = ServiceView(document)
        if !service.clusterIP.isEmpty, service.clusterIPs.isEmpty { service.clusterIPs = [service.clusterIP] }
        try ServiceFamilies(network: writer.network).complete(&service, old: nil)
        try allocateAddresses(&service, old: nil)
        var ports = NodePortAllocation(self, held: [])
        if service.needsNodePort { try ports.complete(&service) }
        try ports.completeHealthCheck(&service, old: nil)
        document = service.document
    }

    func update(_ document: inout Document, old: Document) throws(APIStatus) {
        let old = ServiceView(old)
        var service = ServiceView(document)
        service.keepAllocated(from: old)
        service.normalizeAddresses(old: old)
        try ServiceFamilies(network: writer.network).complete(&service, old: old)
        try allocateAddresses(&service, old: old)
        var ports = NodePortAllocation(self, held: Set(old.nodePorts + [old.healthCheckNodePort]))
        if service.needsNodePort { try ports.update(&service, old: old) }
        try ports.completeHealthCheck(&service, old: old)
        service.dropUnused(since: old)
        document = service.document
    }

    // MARK: Addresses

    /// Sets the cluster IPs, one per family; the Service keeps those it has.
    private func allocateAddresses(_ service: inout ServiceView, old: ServiceView?) throws(APIStatus) {
        guard service.needsClusterIP, !service.isHeadless else { return }
        let held = old.map { $0.needsClusterIP && !$0.isHeadless ? Set($0.clusterIPs) : [] } ?? []
        var addresses = service.clusterIPs
        for (index, family) in service.families.enumerated() {
            if index < addresses.count {
                guard !held.contains(addresses[index]) else { continue }
                try check(addresses[index], family: family, of: service)
            } else {
                addresses.append(try nextAddress(family: family, taken: addresses))
            }
        }
        service.clusterIPs = addresses
        service.clusterIP = addresses.first ?? ""
    }

    /// Refuses an unavailable requested address.
    private func check(_ text: String, family: String, of service: ServiceView) throws(APIStatus) {
        let problem: String
        if let address = IPAddress(text), let range = writer.network.range(of: family), range.offers(address) {
            if isDryRun || writer.transaction.record(Self.addressKey(address.description)) == nil { return }
            problem = "provided IP is already allocated"
        } else {
            problem = "the provided network does not match the current range"
        }
        throw .invalid(
            kind: GroupKind(group: "", kind: "Service"), name: service.document.name,
            [
                .invalid(
                    "spec.clusterIPs", .array(service.clusterIPs.map(JSONValue.string)),
                    "failed to allocate IP \(text): \(problem)")
            ])
    }

    private func nextAddress(family: String, taken: [String]) throws(APIStatus) -> String {
        guard let range = writer.network.range(of: family) else {
            throw .internalError("failed to allocate a serviceIP: no range of \(family) is configured")
        }
        // A dry run shows the network's own address, without a search.
        if isDryRun { return range.network.address.description }
        var generator = SystemRandomNumberGenerator()
        let position = PositionSearch.find(
            count: range.count, staticCount: range.staticCount, using: &generator
        ) { position in
            let text = range.address(at: position).description
            return writer.transaction.record(Self.addressKey(text)) == nil && !taken.contains(text)
        }
        guard let position else { throw .internalError("failed to allocate a serviceIP: range is full") }
        return range.address(at: position).description
    }

    static func addressKey(_ address: String) -> RecordKey {
        RecordKey(resource: "ipaddresses.networking.k8s.io", namespace: "", name: address)
    }

    // MARK: Records

    /// Records what the Service now uses, and releases what it used before.
    func record(_ document: Document, old: Document?) throws(APIStatus) {
        let service = ServiceView(document)
        let before = old.map { ServiceView($0) }
        let (new, past) = (Self.addresses(service), before.map(Self.addresses) ?? [])
        for address in past where !new.contains(address) { forget(address) }
        for address in new where !past.contains(address) { record(address, of: document) }
        let (ports, pastPorts) = (Self.ports(service), before.map(Self.ports) ?? [])
        for port in pastPorts where !ports.contains(port) { writer.transaction.delete(Self.portKey(port)) { _ in [] } }
        for port in ports where !pastPorts.contains(port) {
            writer.transaction.put(Self.portKey(port)) { _ in Array("\(document.namespace)/\(document.name)".utf8) }
        }
    }

    func release(_ document: Document) throws(APIStatus) {
        let service = ServiceView(document)
        for address in Self.addresses(service) { forget(address) }
        for port in Self.ports(service) { writer.transaction.delete(Self.portKey(port)) { _ in [] } }
    }

    private static func addresses(_ service: ServiceView) -> [String] {
        guard service.needsClusterIP, !service.isHeadless else { return [] }
        return service.clusterIPs.map { IPAddress($0)?.description ?? $0 }
    }

    private static func ports(_ service: ServiceView) -> Set<Int> {
        var ports = Set(service.needsNodePort ? service.nodePorts : [])
        if service.needsHealthCheckNodePort, service.healthCheckNodePort != 0 {
            ports.insert(service.healthCheckNodePort)
        }
        return ports
    }

    /// These records are not visible as any kind.
    static func portKey(_ port: Int) -> RecordKey {
        RecordKey(resource: "/nodeports", namespace: "", name: String(port))
    }

    private func record(_ address: String, of service: Document) {
        let family = IPAddress(address)?.family.description ?? ""
        let document = Document([
            "kind": "IPAddress", "apiVersion": "networking.k8s.io/v1",
            "metadata": [
                "name": .string(address), "uid": .string(ObjectNames.uid()),
                "creationTimestamp": .string(APITime.text(seconds: writer.now)),
                "labels": [
                    "ipaddress.kubernetes.io/ip-family": .string(family),
                    "ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io",
                ],
            ],
            "spec": [
                "parentRef": [
                    "resource": "services", "namespace": .string(service.namespace), "name": .string(service.name),
                ]
            ],
        ])
        writer.transaction.put(Self.addressKey(address)) { StoredDocument.bytes(document, revision: $0) }
    }

    private func forget(_ address: String) {
        guard let record = writer.transaction.record(Self.addressKey(address)) else { return }
        writer.transaction.delete(record.key) { _ in record.document }
    }
}
