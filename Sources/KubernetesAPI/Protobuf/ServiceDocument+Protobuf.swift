extension ServiceDocument {
    /// `core/v1` Service.
    init(_ message: ProtobufMessage, _ interner: inout StringInterner) throws(ObjectError) {
        var message = message
        while let field = try message.next() {
            switch field.number {
            case 1: metadata = try MetadataDocument(field.message(), &interner)
            case 2: spec = try Spec(field.message(), &interner)
            case 3: status = try Status(field.message())
            default: continue
            }
        }
    }

    /// The ports of most Services of a cluster are the same.
    static func object(
        protobuf message: ProtobufMessage, kind: String?, _ interner: inout StringInterner
    ) throws(ObjectError) -> KubernetesObject {
        var document = try ServiceDocument(message, &interner)
        document.kind = kind
        var service = try document.service()
        service.ports = interner.shared(service.ports)
        return .service(service)
    }
}

extension ServiceDocument.Spec {
    /// `core/v1` ServiceSpec.
    fileprivate init(_ message: ProtobufMessage, _ interner: inout StringInterner) throws(ObjectError) {
        var message = message
        while let field = try message.next() {
            switch field.number {
            case 1: ports.append(try ServiceDocument.Port(field.message(), &interner))
            case 2:
                let (key, value) = try MetadataDocument.entry(field.message(), &interner)
                selector = selector ?? [:]
                selector?[key] = value
            case 3: clusterIP = try field.text()
            case 4: type = try field.text()
            case 5: externalIPs.append(try field.text())
            case 7: sessionAffinity = try field.text()
            case 9: loadBalancerSourceRanges.append(try field.text())
            case 10: externalName = try field.text()
            case 11: externalTrafficPolicy = try field.text()
            case 12: healthCheckNodePort = try field.integer()
            case 13: publishNotReadyAddresses = try field.bool()
            case 14: sessionAffinityConfig = try ServiceDocument.SessionAffinityConfig(field.message())
            case 18: clusterIPs.append(try field.text())
            case 19: ipFamilies.append(try field.text())
            case 22: internalTrafficPolicy = try field.text()
            default: continue
            }
        }
    }
}

extension ServiceDocument.Port {
    /// `core/v1` ServicePort.
    fileprivate init(_ message: ProtobufMessage, _ interner: inout StringInterner) throws(ObjectError) {
        var message = message
        while let field = try message.next() {
            switch field.number {
            case 1: name = try field.text(&interner)
            case 2: self.protocol = try field.text()
            case 3: port = try field.integer()
            case 4: targetPort = try IntOrString(field.message(), &interner)
            case 5: nodePort = try field.integer()
            default: continue
            }
        }
    }
}

extension IntOrString {
    /// `util/intstr` IntOrString: type 0 for the number, 1 for the text.
    fileprivate init(_ message: ProtobufMessage, _ interner: inout StringInterner) throws(ObjectError) {
        var message = message
        var type = 0
        var number = 0
        var text = ""
        while let field = try message.next() {
            switch field.number {
            case 1: type = try field.integer()
            case 2: number = try field.integer()
            case 3: text = try field.text(&interner)
            default: continue
            }
        }
        self = type == 0 ? .number(number) : .text(text)
    }
}

extension ServiceDocument.SessionAffinityConfig {
    /// `core/v1` SessionAffinityConfig.
    fileprivate init(_ message: ProtobufMessage) throws(ObjectError) {
        var message = message
        while let field = try message.next() {
            if field.number == 1 { clientIP = try ServiceDocument.ClientIP(field.message()) }
        }
    }
}

extension ServiceDocument.ClientIP {
    /// `core/v1` ClientIPConfig.
    fileprivate init(_ message: ProtobufMessage) throws(ObjectError) {
        var message = message
        while let field = try message.next() {
            if field.number == 1 { timeoutSeconds = try field.integer() }
        }
    }
}

extension ServiceDocument.Status {
    /// `core/v1` ServiceStatus.
    fileprivate init(_ message: ProtobufMessage) throws(ObjectError) {
        var message = message
        while let field = try message.next() {
            if field.number == 1 { loadBalancer = try ServiceDocument.LoadBalancer(field.message()) }
        }
    }
}

extension ServiceDocument.LoadBalancer {
    /// `core/v1` LoadBalancerStatus.
    fileprivate init(_ message: ProtobufMessage) throws(ObjectError) {
        var message = message
        while let field = try message.next() {
            if field.number == 1 { ingress.append(try ServiceDocument.Ingress(field.message())) }
        }
    }
}

extension ServiceDocument.Ingress {
    /// `core/v1` LoadBalancerIngress.
    fileprivate init(_ message: ProtobufMessage) throws(ObjectError) {
        var message = message
        while let field = try message.next() {
            switch field.number {
            case 1: ip = try field.text()
            case 3: ipMode = try field.text()
            default: continue
            }
        }
    }
}

extension Optional where Wrapped: RangeReplaceableCollection {
    /// Appends to the list, which begins with its first element.
    mutating func append(_ element: Wrapped.Element) {
        self = self ?? Wrapped()
        self?.append(element)
    }
}
