import InternetAddresses
import KubernetesObjects
import ObjectStore

/// The initial objects: system Namespaces, the ranges of cluster IPs, and the Service through which Pods
/// reach this server.
struct Bootstrap {
    /// These must not be deleted.
    static let namespaces = ["default", "kube-node-lease", "kube-public", "kube-system"]

    let registry: Registry
    /// The address at which Pods reach the server; `nil` if it listens only on loopback, and then there
    /// is no such Service.
    let endpoint: (address: IPAddress, port: Int)?
    /// The address at which Pods reach a DNS server in this process; `nil` without one.
    var dns: DNSEndpoints?

    func run() async throws {
        let (endpoint, dns) = (endpoint, dns)
        try await registry.write { writer in
            for name in Self.namespaces { try create("namespaces", "v1", Self.namespace(name), writer) }
            try writeRanges(writer)
            try writeService(writer)
            if let endpoint { try writeSlice(endpoint, writer) }
            try writeDNS(dns, writer)
        }
    }

    /// Creates an object unless one of this name exists.
    func create(
        _ resource: String, _ version: String, _ document: Document, in namespace: String = "", _ writer: ObjectWriter
    ) throws {
        guard let definition = writer.resources.definition(GroupVersion(version), resource: resource) else { return }
        let key = definition.key(namespace: namespace, name: document.name)
        guard writer.transaction.record(key) == nil else { return }
        // As if a client had sent it: with members in order, and defaults.
        let (document, _) = try definition.decode(.object(document.object))
        _ = try writer.create(definition, document, namespace: namespace)
    }

    private static func namespace(_ name: String) -> Document {
        Document(["kind": "Namespace", "apiVersion": "v1", "metadata": ["name": .string(name)]])
    }

    /// The ServiceCIDR object that shows the configured ranges; its status is set at once, because nothing
    /// needs to be awaited.
    private func writeRanges(_ writer: ObjectWriter) throws {
        let cidrs = JSONValue.array(registry.network.ranges.map { .string($0.network.description) })
        let ready: JSONValue = [
            "conditions": [
                [
                    "type": "Ready", "status": "True", "reason": "", "message": "Kubernetes Service CIDR is ready",
                    "lastTransitionTime": .string(APITime.text(seconds: writer.now)),
                ]
            ]
        ]
        let version = "networking.k8s.io/v1"
        guard let definition = writer.resources.definition(GroupVersion(version), resource: "servicecidrs") else {
            return
        }
        try create(
            "servicecidrs", version,
            Document([
                "kind": "ServiceCIDR", "apiVersion": .string(version), "metadata": ["name": "kubernetes"],
                "spec": ["cidrs": cidrs],
            ]), writer)
        guard let old = try writer.document(definition.key(namespace: "", name: "kubernetes")) else { return }
        var new = old
        new[path: "spec", "cidrs"] = cidrs
        if old.status.isEmpty { new["status"] = ready }
        _ = try writer.replace(definition, new, old: old, isDryRun: false)
    }

    /// `default/kubernetes`, with the first address of the default range.
    private func writeService(_ writer: ObjectWriter) throws {
        guard let range = registry.network.ranges.first else { return }
        let address = range.address(at: 0).description
        try create(
            "services", "v1",
            Document([
                "kind": "Service", "apiVersion": "v1",
                "metadata": [
                    "name": "kubernetes",
                    "labels": ["component": "apiserver", "provider": "kubernetes"],
                ],
                "spec": [
                    "clusterIP": .string(address), "clusterIPs": [.string(address)],
                    "ports": [
                        [
                            "name": "https", "port": 443, "protocol": "TCP",
                            "targetPort": .integer(Int64(endpoint?.port ?? 6443)),
                        ]
                    ], "type": "ClusterIP",
                ],
            ]), in: "default", writer)
    }

    /// Its slice, and the Endpoints that older clients look for.
    private func writeSlice(_ endpoint: (address: IPAddress, port: Int), _ writer: ObjectWriter) throws {
        let slice = Document([
            "kind": "EndpointSlice", "apiVersion": "discovery.k8s.io/v1",
            "metadata": [
                "name": "kubernetes", "namespace": "default", "labels": ["kubernetes.io/service-name": "kubernetes"],
            ],
            "addressType": .string(endpoint.address.family.description),
            "endpoints": [["addresses": [.string(endpoint.address.description)], "conditions": ["ready": true]]],
            "ports": [["name": "https", "protocol": "TCP", "port": .integer(Int64(endpoint.port))]],
        ])
        let endpoints = Document([
            "kind": "Endpoints", "apiVersion": "v1",
            "metadata": [
                "name": "kubernetes", "namespace": "default",
                "labels": ["endpointslice.kubernetes.io/skip-mirror": "true"],
            ],
            "subsets": [
                [
                    "addresses": [["ip": .string(endpoint.address.description)]],
                    "ports": [["name": "https", "port": .integer(Int64(endpoint.port)), "protocol": "TCP"]],
                ]
            ],
        ])
        try put("endpointslices", "discovery.k8s.io/v1", slice, writer)
        try put("endpoints", "v1", endpoints, writer)
    }

    /// Creates an object, or replaces everything except its metadata.
    func put(
        _ resource: String, _ version: String, _ document: Document, in namespace: String = "default",
        _ writer: ObjectWriter
    ) throws {
        guard let definition = writer.resources.definition(GroupVersion(version), resource: resource) else { return }
        guard let old = try writer.document(definition.key(namespace: namespace, name: document.name)) else {
            return try create(resource, version, document, in: namespace, writer)
        }
        var (new, _) = try definition.decode(.object(document.object))
        new.metadata = old.metadata
        _ = try writer.update(definition, new, old: old)
    }
}
