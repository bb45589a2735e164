import InternetAddresses
import KubernetesAPI
import Testing

/// Reads JSON as a Service.
func readService(_ json: String) throws -> Service {
    guard case .service(let service) = try WireFormat.json.readObject(Array(json.utf8), of: .service) else {
        throw Unexpected()
    }
    return service
}

/// Reads JSON as an EndpointSlice.
func readSlice(_ json: String) throws -> EndpointSlice {
    guard case .endpointSlice(let slice) = try WireFormat.json.readObject(Array(json.utf8), of: .endpointSlice) else {
        throw Unexpected()
    }
    return slice
}

/// Reads JSON as a Node.
func readNode(_ json: String) throws -> Node {
    guard case .node(let node) = try WireFormat.json.readObject(Array(json.utf8), of: .node) else { throw Unexpected() }
    return node
}

/// The values of `json` that the reader omits, in order.
func refusals(_ json: String, _ kind: ObjectKind = .service) throws -> [FieldRefusal] {
    try WireFormat.json.readObject(Array(json.utf8), of: kind).refusals
}

/// A Service named default/web, with one port and a cluster IP unless `spec` says otherwise.
func web(_ spec: String) -> String {
    #"{"metadata": {"name": "web", "namespace": "default"}, "spec": {\#(spec)}}"#
}

/// Why the reader refuses `json` as a whole; an issue is recorded if it does not.
func problem(_ json: String, _ kind: ObjectKind = .service) throws -> ObjectError {
    try #require(throws: ObjectError.self) { try WireFormat.json.readObject(Array(json.utf8), of: kind) }
}

/// The reader's objection to `json`, as a whole or to one value; an issue is recorded if there is none.
func mistake(_ json: String, _ kind: ObjectKind = .service) throws -> ObjectError {
    do {
        let object = try WireFormat.json.readObject(Array(json.utf8), of: kind)
        return try #require(object.refusals.first).error(of: object.key)
    } catch let error as ObjectError {
        return error
    }
}

func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }
func network(_ text: String) throws -> IPNetwork { try #require(IPNetwork(text)) }

struct Unexpected: Error {}
