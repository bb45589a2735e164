import InternetAddresses

/// An EndpointSlice as the API writes it, as far as anything here reads it.
struct EndpointSliceDocument: ObjectDocument {
    struct EndpointDocument: Decodable {
        var addresses: [String]?
        var conditions: Conditions?
        var nodeName: String?
        var zone: String?
        var hints: Hints?
    }

    struct Conditions: Decodable {
        var ready: Bool?
        var serving: Bool?
        var terminating: Bool?
    }

    struct Hints: Decodable {
        var forZones: [Hint]?
        var forNodes: [Hint]?
    }

    struct Hint: Decodable {
        var name: String?
    }

    struct Port: Decodable {
        var name: String?
        var `protocol`: String?
        var port: Int?
    }

    static var objectKind: ObjectKind { .endpointSlice }

    var kind: String?
    var metadata: MetadataDocument?
    var addressType: String?
    var endpoints: [EndpointDocument]?
    var ports: [Port]?

    func validated() throws(ObjectError) -> KubernetesObject {
        var (slice, checks) = try withoutEndpoints()
        guard let rules = EndpointRules(slice.addressType, checks) else { return .endpointSlice(slice) }
        slice.endpoints = try (endpoints ?? []).checked { (document, index) throws(ObjectError) in
            let addresses = try (document.addresses ?? []).checked { (text, position) throws(ObjectError) in
                try rules.check(IPAddress(text), text: text, endpoint: index, position: position)
            }
            return Endpoint(
                address: try rules.first(of: addresses.first, endpoint: index),
                conditions: Endpoint.Conditions(
                    ready: document.conditions?.ready, serving: document.conditions?.serving,
                    terminating: document.conditions?.terminating),
                nodeName: document.nodeName ?? "", zone: document.zone ?? "",
                zoneHints: (document.hints?.forZones ?? []).compactMap(\.name),
                nodeHints: (document.hints?.forNodes ?? []).compactMap(\.name))
        }
        return .endpointSlice(slice)
    }

    /// Everything but the endpoints, which are many: each wire form reads them in its own way.
    func withoutEndpoints() throws(ObjectError) -> (EndpointSlice, FieldChecks) {
        let (metadata, checks) = try identified()
        guard let addressType, !addressType.isEmpty else {
            throw checks.failure("addressType", "the address type is missing; use IPv4 or IPv6")
        }
        var slice = EndpointSlice(
            metadata: metadata, addressType: try checks.choice(addressType, default: .ipv4, "addressType"))
        slice.ports = try (ports ?? []).checked { (document, index) throws(ObjectError) in
            let field = "ports[\(index)]"
            var port: UInt16?
            if let number = document.port { port = try checks.port(number, "\(field).port") }
            return EndpointPort(
                name: try checks.portName(document.name, "\(field).name"),
                transport: try checks.transport(document.protocol, "\(field).protocol"), port: port)
        }
        var names: [String: Int] = [:]
        for (index, port) in slice.ports.enumerated() {
            guard let earlier = names.updateValue(index, forKey: port.name) else { continue }
            throw checks.failure(
                "ports[\(index)].name", "ports[\(earlier)] is named “\(port.name)” too; give each port its own name")
        }
        return (slice, checks)
    }
}
