/// The desired endpoints of slices with the same ports: found by identity, taken in insertion order.
struct DesiredEndpoints: Sendable {
    private var endpoints: [SliceEndpoint.Identity: SliceEndpoint] = [:]
    private var order: [SliceEndpoint.Identity] = []
    private var taken = 0

    var count: Int { endpoints.count }
    var isEmpty: Bool { endpoints.isEmpty }

    /// An endpoint of the same identity is replaced.
    mutating func insert(_ endpoint: SliceEndpoint) {
        let identity = endpoint.identity
        if endpoints.updateValue(endpoint, forKey: identity) == nil { order.append(identity) }
    }

    /// The desired state of an endpoint in a slice; `nil` if it is not, or no longer, wanted.
    func state(of endpoint: SliceEndpoint) -> SliceEndpoint? { endpoints[endpoint.identity] }

    mutating func remove(_ endpoint: SliceEndpoint) { endpoints[endpoint.identity] = nil }

    /// Moves endpoints into `slice` until it holds `limit`.
    mutating func fill(_ slice: inout Slice, upTo limit: Int) {
        while slice.endpoints.count < limit, let endpoint = removeFirst() { slice.endpoints.append(endpoint) }
    }

    mutating func removeFirst() -> SliceEndpoint? {
        while taken < order.count {
            taken += 1
            if let endpoint = endpoints.removeValue(forKey: order[taken - 1]) { return endpoint }
        }
        return nil
    }
}
