import InternetAddresses

extension EndpointSliceDocument {
    /// `discovery/v1` EndpointSlice, without its endpoints.
    init(_ message: ProtobufMessage, _ interner: inout StringInterner) throws(ObjectError) {
        var message = message
        while let field = try message.next() {
            switch field.number {
            case 1: metadata = try MetadataDocument(field.message(), &interner)
            case 3: ports.append(try Port(field.message(), &interner))
            case 4: addressType = try field.text()
            default: continue
            }
        }
    }

    /// Endpoints are by far most of what a node reads, so they are decoded directly into model values. They precede the
    /// address type, which decides what is valid for them; hence the two passes.
    static func object(
        protobuf message: ProtobufMessage, kind: String?, _ interner: inout StringInterner
    ) throws(ObjectError) -> KubernetesObject {
        var document = try EndpointSliceDocument(message, &interner)
        document.kind = kind
        var checks = FieldChecks()
        var slice = try document.withoutEndpoints(&checks)
        slice.ports = interner.shared(slice.ports)
        if let rules = EndpointRules(slice.addressType) {
            slice.endpoints = try endpoints(of: message, rules, &checks, &interner)
        } else {
            slice.hostNames = try hostNames(of: message, &interner)
        }
        slice.refusals = checks.refusals
        return .endpointSlice(slice)
    }

    private static func hostNames(
        of message: ProtobufMessage, _ interner: inout StringInterner
    ) throws(ObjectError) -> [EndpointHostName] {
        var names: [EndpointHostName] = []
        var fields = message
        while let field = try fields.next() {
            guard field.number == 2 else { continue }
            if let name = try EndpointHostName(protobuf: field.message(), &interner) { names.append(name) }
        }
        return names
    }

    private static func endpoints(
        of message: ProtobufMessage, _ rules: EndpointRules, _ checks: inout FieldChecks,
        _ interner: inout StringInterner
    ) throws(ObjectError) -> [Endpoint] {
        var count = 0
        var fields = message
        while let field = try fields.next() {
            if field.number == 2 { count += 1 }
        }
        var endpoints: [Endpoint] = []
        endpoints.reserveCapacity(count)
        var index = 0
        fields = message
        while let field = try fields.next() {
            guard field.number == 2 else { continue }
            if let endpoint = try Endpoint(protobuf: field.message(), index: index, rules, &checks, &interner) {
                endpoints.append(endpoint)
            }
            index += 1
        }
        return endpoints
    }
}

extension EndpointHostName {
    /// `discovery/v1` Endpoint of a slice of host names; `nil` for one without a name.
    fileprivate init?(
        protobuf message: ProtobufMessage, _ interner: inout StringInterner
    ) throws(ObjectError) {
        var message = message
        var name: String?
        var conditions = Endpoint.Conditions(ready: nil, serving: nil, terminating: nil)
        var hostname = ""
        while let field = try message.next() {
            switch field.number {
            case 1 where name == nil: name = try field.text(&interner)
            case 2: conditions = try Endpoint.Conditions(protobuf: field.message())
            case 3: hostname = try field.text(&interner)
            default: continue
            }
        }
        guard let name else { return nil }
        self.init(name: name, conditions: conditions, hostname: hostname)
    }
}

extension Endpoint {
    /// `discovery/v1` Endpoint; `nil` for one that has no usable address.
    fileprivate init?(
        protobuf message: ProtobufMessage, index: Int, _ rules: EndpointRules, _ checks: inout FieldChecks,
        _ interner: inout StringInterner
    ) throws(ObjectError) {
        var fields = message
        var text: UnsafeRawBufferPointer?
        var conditions = Conditions(ready: nil, serving: nil, terminating: nil)
        var placing: UnsafeRawBufferPointer?
        var isOrdinary = true
        while case let rest = fields.rest, let field = try fields.next() {
            switch field.number {
            case 1 where text == nil: text = try field.bytes()
            case 2: conditions = try Conditions(protobuf: field.message())
            case 3: isOrdinary = false
            case 6...: placing = placing ?? rest
            default: isOrdinary = isOrdinary && placing == nil
            }
        }
        guard
            let address = rules.address(
                text.flatMap { IPAddress(asciiText: $0) }, text: text.map { String(decoding: $0, as: UTF8.self) },
                endpoint: index, &checks)
        else { return nil }
        // The placement fields end an endpoint's message, in bytes that are identical for all endpoints of a node.
        guard isOrdinary else {
            self.init(
                address: address, conditions: conditions, placement: try Placement(protobuf: message, &interner))
            return
        }
        guard let placing else {
            self.init(address: address, conditions: conditions, placement: .unknown)
            return
        }
        if let known = interner.placements[placing] {
            self.init(address: address, conditions: conditions, placement: known)
            return
        }
        let placement = try Placement(protobuf: ProtobufMessage(placing), &interner)
        interner.placements[placing] = placement
        self.init(address: address, conditions: conditions, placement: placement)
    }
}

extension Placement {
    /// The fields of a `discovery/v1` Endpoint that say where it runs.
    fileprivate convenience init(
        protobuf message: ProtobufMessage, _ interner: inout StringInterner
    ) throws(ObjectError) {
        var message = message
        var hostname = ""
        var nodeName = ""
        var zone = ""
        var hints = Hints()
        while let field = try message.next() {
            switch field.number {
            case 3: hostname = try field.text(&interner)
            case 6: nodeName = try field.text(&interner)
            case 7: zone = try field.text(&interner)
            case 8: try hints.read(field.message(), &interner)
            default: continue
            }
        }
        self.init(nodeName: nodeName, zone: zone, zoneHints: hints.zones, nodeHints: hints.nodes, hostname: hostname)
    }

    private struct Hints {
        var zones: [String] = []
        var nodes: [String] = []

        /// `discovery/v1` EndpointHints: messages of zones and of nodes, each with a name.
        mutating func read(_ message: ProtobufMessage, _ interner: inout StringInterner) throws(ObjectError) {
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
