/// A watched resource.
enum Resource: CaseIterable {
    case services
    case endpointSlices
    case nodes

    /// The path of requests for all namespaces.
    var path: String {
        switch self {
        case .services: "/api/v1/services"
        case .endpointSlices: "/apis/discovery.k8s.io/v1/endpointslices"
        case .nodes: "/api/v1/nodes"
        }
    }

    var apiVersion: String { self == .endpointSlices ? "discovery.k8s.io/v1" : "v1" }

    var kind: String {
        switch self {
        case .services: "Service"
        case .endpointSlices: "EndpointSlice"
        case .nodes: "Node"
        }
    }
}
