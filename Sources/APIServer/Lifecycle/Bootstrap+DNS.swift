package import InternetAddresses
import KubernetesObjects
import ObjectStore

/// The addresses and the port at which Pods reach a DNS server of this machine.
package struct DNSEndpoints: Sendable, Hashable {
    /// Addresses that an EndpointSlice may hold: neither loopback nor link-local.
    package var addresses: [IPAddress]
    /// The port, over UDP and TCP.
    package var port: UInt16

    package init(addresses: [IPAddress], port: UInt16) {
        self.addresses = addresses
        self.port = port
    }
}

extension Bootstrap {
    private static let dnsNamespace = "kube-system"
    private static let dnsService = "kube-dns"
    /// The tenth address of a range, as in kubeadm.
    private static let dnsPosition: UInt64 = 9

    /// The Service through which Pods reach the DNS server, with its slices. An existing Service is left alone; without
    /// a DNS server the slices lose their endpoints.
    func writeDNS(_ dns: DNSEndpoints?, _ writer: ObjectWriter) throws {
        let addresses = dns?.addresses ?? []
        if !addresses.isEmpty { try writeDNSService(families: Set(addresses.map(\.family)), writer) }
        for family in IPFamily.allCases {
            try writeDNSSlice(family, addresses.filter { $0.family == family }, port: dns?.port ?? 53, writer)
        }
    }

    private func writeDNSService(families: Set<IPFamily>, _ writer: ObjectWriter) throws {
        let ranges = registry.network.ranges.filter { families.contains($0.network.family) }
        guard !ranges.isEmpty else { return }
        var spec: JSONObject = [
            "ports": .array(Self.ports { ["port": 53, "targetPort": 53, "name": $0, "protocol": $1] }),
            "ipFamilies": .array(ranges.map { .string($0.network.family.description) }),
            "ipFamilyPolicy": ranges.count > 1 ? "RequireDualStack" : "SingleStack", "type": "ClusterIP",
        ]
        let clusterIPs = ranges.map { $0.address(at: Self.dnsPosition) }
        // In use, or beyond the end of a small range: use any other.
        if zip(ranges, clusterIPs).allSatisfy({ $0.offers($1) && isFree($1, writer) }), let first = clusterIPs.first {
            spec["clusterIP"] = .string(first.description)
            spec["clusterIPs"] = .array(clusterIPs.map { .string($0.description) })
        }
        try create(
            "services", "v1",
            Document([
                "kind": "Service", "apiVersion": "v1",
                "metadata": [
                    "name": .string(Self.dnsService),
                    "labels": ["k8s-app": "kube-dns", "kubernetes.io/cluster-service": "true"],
                ],
                "spec": .object(spec),
            ]), in: Self.dnsNamespace, writer)
    }

    private func isFree(_ address: IPAddress, _ writer: ObjectWriter) -> Bool {
        let version = GroupVersion("networking.k8s.io/v1")
        guard let definition = writer.resources.definition(version, resource: "ipaddresses") else { return true }
        return writer.transaction.record(definition.key(namespace: "", name: address.description)) == nil
    }

    private func writeDNSSlice(
        _ family: IPFamily, _ addresses: [IPAddress], port: UInt16, _ writer: ObjectWriter
    ) throws {
        let version = "discovery.k8s.io/v1"
        let name = "\(Self.dnsService)-\(family.description.lowercased())"
        let slice = Document([
            "kind": "EndpointSlice", "apiVersion": .string(version),
            "metadata": [
                "name": .string(name),
                "labels": [
                    "kubernetes.io/service-name": .string(Self.dnsService),
                    "endpointslice.kubernetes.io/managed-by": "servicelet",
                ],
            ],
            "addressType": .string(family.description),
            "endpoints": .array(
                addresses.map { ["addresses": [.string($0.description)], "conditions": ["ready": true]] }),
            "ports": .array(Self.ports { ["port": .integer(Int64(port)), "name": $0, "protocol": $1] }),
        ])
        guard let definition = writer.resources.definition(GroupVersion(version), resource: "endpointslices") else {
            return
        }
        let key = definition.key(namespace: Self.dnsNamespace, name: name)
        guard !addresses.isEmpty || writer.transaction.record(key) != nil else { return }
        try put("endpointslices", version, slice, in: Self.dnsNamespace, writer)
    }

    private static func ports(_ port: (_ name: JSONValue, _ transport: JSONValue) -> JSONValue) -> [JSONValue] {
        [port("dns", "UDP"), port("dns-tcp", "TCP")]
    }
}
