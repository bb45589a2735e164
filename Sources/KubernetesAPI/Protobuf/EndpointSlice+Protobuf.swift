import InternetAddresses

extension EndpointSlice {
    /// `discovery/v1` EndpointSlice, defaulted and checked.
    ///
    /// Endpoints are by far the most of what a node reads, so they become values of the model at once. They stand before
    /// the address type, which says what is valid for them; hence the two passes.
    init(protobuf message: ProtobufMessage, kind: String?, _ interner: inout StringInterner) throws(ObjectError) {
        var document = EndpointSliceDocument(kind: kind)
        var endpointCount = 0
        var fields = message
        while let field = try fields.next() {
            switch field.number {
            case 1: document.metadata = try MetadataDocument(field.message(), &interner)
            case 2: endpointCount += 1
            case 3: document.ports.append(try EndpointSliceDocument.Port(field.message(), &interner))
            case 4: document.addressType = try field.text()
            default: continue
            }
        }
        let checks: FieldChecks
        (self, checks) = try document.withoutEndpoints()
        guard let rules = EndpointRules(addressType, checks) else { return }

        endpoints.reserveCapacity(endpointCount)
        fields = message
        while let field = try fields.next() {
            guard field.number == 2 else { continue }
            endpoints.append(
                try Endpoint(protobuf: field.message(), index: endpoints.count, rules: rules, &interner))
        }
    }
}

extension Endpoint {
    /// `discovery/v1` Endpoint.
    fileprivate init(
        protobuf message: ProtobufMessage, index: Int, rules: EndpointRules, _ interner: inout StringInterner
    ) throws(ObjectError) {
        var message = message
        var first: IPAddress?
        var addressCount = 0
        var conditions = Conditions(ready: nil, serving: nil, terminating: nil)
        var nodeName = ""
        var zone = ""
        var zoneHints: [String] = []
        var nodeHints: [String] = []
        while let field = try message.next() {
            switch field.number {
            case 1:
                let text = try field.bytes()
                let address = try rules.check(
                    IPAddress(asciiText: text), text: String(decoding: text, as: UTF8.self), endpoint: index,
                    position: addressCount)
                addressCount += 1
                first = first ?? address
            case 2: conditions = try Conditions(protobuf: field.message())
            case 6: nodeName = try field.text(&interner)
            case 7: zone = try field.text(&interner)
            case 8: try Self.readHints(field.message(), &zoneHints, &nodeHints, &interner)
            default: continue
            }
        }
        self.init(
            address: try rules.first(of: first, endpoint: index), conditions: conditions, nodeName: nodeName,
            zone: zone, zoneHints: zoneHints, nodeHints: nodeHints)
    }

    /// `discovery/v1` EndpointHints: messages of zones and of nodes, each with a name.
    private static func readHints(
        _ message: ProtobufMessage, _ zones: inout [String], _ nodes: inout [String], _ interner: inout StringInterner
    ) throws(ObjectError) {
        var message = message
        while let field = try message.next() {
            guard field.number == 1 || field.number == 2 else { continue }
            var hint = try field.message()
            var name = ""
            while let part = try hint.next() {
                if part.number == 1 { name = try part.text(&interner) }
            }
            if field.number == 1 { zones.append(name) } else { nodes.append(name) }
        }
    }
}

extension Endpoint.Conditions {
    /// `discovery/v1` EndpointConditions.
    fileprivate init(protobuf message: ProtobufMessage) throws(ObjectError) {
        var message = message
        var ready: Bool?
        var serving: Bool?
        var terminating: Bool?
        while let field = try message.next() {
            switch field.number {
            case 1: ready = try field.bool()
            case 2: serving = try field.bool()
            case 3: terminating = try field.bool()
            default: continue
            }
        }
        self.init(ready: ready, serving: serving, terminating: terminating)
    }
}

extension EndpointSliceDocument.Port {
    /// `discovery/v1` EndpointPort.
    fileprivate init(_ message: ProtobufMessage, _ interner: inout StringInterner) throws(ObjectError) {
        var message = message
        while let field = try message.next() {
            switch field.number {
            case 1: name = try field.text(&interner)
            case 2: self.protocol = try field.text()
            case 3: port = try field.integer()
            default: continue
            }
        }
    }
}
