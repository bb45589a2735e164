import InternetAddresses

/// An EndpointSlice as the API writes it, reduced to the fields read here.
struct EndpointSliceDocument: ObjectDocument {
    struct EndpointDocument: Decodable {
        var addresses: [String]?
        var conditions: Conditions?
        var hostname: String?
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
        var checks = FieldChecks()
        var slice = try withoutEndpoints(&checks)
        if let rules = EndpointRules(slice.addressType) {
            slice.endpoints.reserveCapacity(endpoints?.count ?? 0)
            for (index, document) in (endpoints ?? []).enumerated() {
                let text = document.addresses?.first
                guard
                    let address = rules.address(
                        text.flatMap { IPAddress($0) }, text: text, endpoint: index, &checks)
                else { continue }
                slice.endpoints.append(Endpoint(document, at: address))
            }
        } else {
            slice.hostNames = (endpoints ?? []).compactMap { EndpointHostName($0) }
        }
        slice.refusals = checks.refusals
        return .endpointSlice(slice)
    }

    /// Everything but the endpoints, which are many: each wire form reads them in its own way.
    func withoutEndpoints(_ checks: inout FieldChecks) throws(ObjectError) -> EndpointSlice {
        let metadata = try identified()
        guard let text = addressType, let type = EndpointSlice.AddressType(rawValue: text) else {
            let known = EndpointSlice.AddressType.allCases.map(\.rawValue).joined(separator: ", ")
            let key = ObjectKey(kind: .endpointSlice, name: metadata.namespacedName)
            throw ObjectError(
                object: key.description, field: "addressType",
                reason: "“\(addressType ?? "")” is not an address type; use one of \(known)")
        }
        var slice = EndpointSlice(metadata: metadata, addressType: type, ports: usablePorts(&checks))
        slice.lastChangeTrigger =
            self.metadata?.annotations?[WellKnown.lastChangeTrigger]
            .flatMap { Timestamp.milliseconds($0) } ?? 0
        return slice
    }

    private func usablePorts(_ checks: inout FieldChecks) -> [EndpointPort] {
        var result: [EndpointPort] = []
        var names: [String: Int] = [:]
        for (index, document) in (ports ?? []).enumerated() {
            let path = "ports[\(index)]"
            var number: UInt16?
            if let port = document.port {
                guard let port = checks.port(port, "\(path).port") else { continue }
                number = port
            }
            guard let name = checks.portName(document.name, "\(path).name"),
                let transport = checks.transport(document.protocol, "\(path).protocol")
            else { continue }
            if let earlier = names[name] {
                checks.refuse("\(path).name", name, .duplicate(of: "ports[\(earlier)].name"))
                continue
            }
            names[name] = index
            result.append(EndpointPort(name: name, transport: transport, port: number))
        }
        return result
    }
}

extension EndpointHostName {
    fileprivate init?(_ document: EndpointSliceDocument.EndpointDocument) {
        guard let name = document.addresses?.first else { return nil }
        self.init(
            name: name, conditions: Endpoint.Conditions(document.conditions), hostname: document.hostname ?? "")
    }
}

extension Endpoint.Conditions {
    fileprivate init(_ document: EndpointSliceDocument.Conditions?) {
        self.init(ready: document?.ready, serving: document?.serving, terminating: document?.terminating)
    }
}

extension Endpoint {
    fileprivate init(_ document: EndpointSliceDocument.EndpointDocument, at address: IPAddress) {
        self.init(
            address: address,
            conditions: Conditions(document.conditions),
            nodeName: document.nodeName ?? "", zone: document.zone ?? "",
            zoneHints: (document.hints?.forZones ?? []).compactMap(\.name),
            nodeHints: (document.hints?.forNodes ?? []).compactMap(\.name), hostname: document.hostname ?? "")
    }
}
