/// A synthetic cluster of one size: its objects, and their possible events.
struct Cluster {
    /// The maximum number of endpoints in a slice, as in the endpointslice controller.
    private static let endpointsPerSlice = 100
    private static let podsPerNode = 110

    /// The node that the program runs for.
    static let nodeName = "node-0"
    static let podNetwork = "10.128.0.0/9"

    let size: Size

    /// All objects as the initial events of a watch, without the final bookmark.
    func initialEvents(_ resource: Resource) -> [UInt8] {
        switch resource {
        case .services:
            (0..<size.services).reduce(into: []) { $0 += service($1, .added) }
        case .endpointSlices:
            (0..<size.services).reduce(into: []) { frames, index in
                for slice in slices(of: index) { frames += self.slice(slice, of: index, .added) }
            }
        case .nodes:
            WatchEvent.added.frame(.nodes, nodeObject)
        }
    }

    private var nodeObject: [UInt8] {
        ObjectWriter.node(Self.nodeName, address: "172.30.0.2", podNetwork: "10.128.0.0/24")
    }

    /// The initial objects as a list in protobuf; of slices, only those of `service` if it is given.
    func list(_ resource: Resource, ofService service: Int?) -> [UInt8] {
        let objects: [[UInt8]] =
            switch resource {
            case .services: (0..<size.services).map { serviceObject($0) }
            case .endpointSlices:
                (service.map { $0..<$0 + 1 } ?? 0..<size.services).flatMap { index in
                    slices(of: index).map { sliceObject($0, of: index) }
                }
            case .nodes: [nodeObject]
            }
        return WatchEvent.list(resource, objects)
    }

    static func name(ofService index: Int) -> String { "service-\(index)" }

    /// The cluster IP of a Service.
    static func address(ofService index: Int) -> String { address(10 << 24 | 96 << 16 | (index + 1)) }

    /// The name of a Service's only port in log lines.
    static func portName(ofService index: Int) -> String {
        "\(ObjectWriter.namespace)/\(name(ofService: index)):http"
    }

    /// The addition or deletion of a Service.
    func service(_ index: Int, _ event: WatchEvent) -> [UInt8] {
        event.frame(.services, serviceObject(index))
    }

    private func serviceObject(_ index: Int) -> [UInt8] {
        ObjectWriter.service(
            Self.name(ofService: index), address: Self.address(ofService: index), hasAffinity: size.hasAffinity)
    }

    /// The addition or deletion of all slices of a Service.
    func slices(of service: Int, _ event: WatchEvent) -> [UInt8] {
        slices(of: service).reduce(into: []) { $0 += slice($1, of: service, event) }
    }

    /// One endpoint becomes ready or unready.
    func flip(endpoint: Int, of service: Int, isReady: Bool, resourceVersion: Int) -> [UInt8] {
        slice(
            endpoint / Self.endpointsPerSlice, of: service, .modified, unready: isReady ? nil : endpoint,
            resourceVersion: resourceVersion)
    }

    private func slices(of service: Int) -> Range<Int> {
        0..<(size.endpointsPerService + Self.endpointsPerSlice - 1) / Self.endpointsPerSlice
    }

    private func slice(
        _ slice: Int, of service: Int, _ event: WatchEvent, unready: Int? = nil,
        resourceVersion: Int = ObjectWriter.resourceVersion
    ) -> [UInt8] {
        event.frame(
            .endpointSlices, sliceObject(slice, of: service, unready: unready, resourceVersion: resourceVersion))
    }

    private func sliceObject(
        _ slice: Int, of service: Int, unready: Int? = nil, resourceVersion: Int = ObjectWriter.resourceVersion
    ) -> [UInt8] {
        let first = slice * Self.endpointsPerSlice
        let endpoints = (first..<min(first + Self.endpointsPerSlice, size.endpointsPerService)).map { endpoint in
            let index = service * size.endpointsPerService + endpoint
            return ObjectWriter.Endpoint(
                address: address(ofEndpoint: endpoint, of: service), nodeName: "node-\(index % nodes)",
                isReady: endpoint != unready)
        }
        let name = Self.name(ofService: service)
        return ObjectWriter.endpointSlice(
            "\(name)-s\(slice)", of: name, endpoints, resourceVersion: resourceVersion)
    }

    /// The IPv4 address of an endpoint of a Service.
    func address(ofEndpoint endpoint: Int, of service: Int) -> String {
        Self.address(10 << 24 | 128 << 16 | (service * size.endpointsPerService + endpoint + 1))
    }

    private var nodes: Int { max(3, size.endpoints / Self.podsPerNode) }

    private static func address(_ value: Int) -> String {
        [24, 16, 8, 0].map { "\(value >> $0 & 0xFF)" }.joined(separator: ".")
    }
}
