/// A form in which the API server sends objects.
package enum WireFormat: String, Sendable, Hashable, CaseIterable {
    case json = "application/json"
    case protobuf = "application/vnd.kubernetes.protobuf"
}
