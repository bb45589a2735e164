extension PodDocument {
    /// `core/v1` Pod.
    init(_ message: ProtobufMessage, _ interner: inout StringInterner) throws(ObjectError) {
        var message = message
        while let field = try message.next() {
            switch field.number {
            case 1: metadata = try MetadataDocument(field.message(), &interner, keepsAllLabels: true)
            case 2: spec = try Spec(field.message(), &interner)
            case 3: status = try Status(field.message())
            default: continue
            }
        }
    }
}

extension PodDocument.Spec {
    /// `core/v1` PodSpec.
    fileprivate init(_ message: ProtobufMessage, _ interner: inout StringInterner) throws(ObjectError) {
        var message = message
        while let field = try message.next() {
            switch field.number {
            case 2: containers.append(try PodDocument.Container(field.message(), &interner))
            case 10: nodeName = try field.text(&interner)
            case 16: hostname = try field.text()
            case 17: subdomain = try field.text(&interner)
            default: continue
            }
        }
    }
}

extension PodDocument.Container {
    /// `core/v1` Container.
    fileprivate init(_ message: ProtobufMessage, _ interner: inout StringInterner) throws(ObjectError) {
        var message = message
        while let field = try message.next() {
            if field.number == 6 { ports.append(try PodDocument.Port(field.message(), &interner)) }
        }
    }
}

extension PodDocument.Port {
    /// `core/v1` ContainerPort.
    fileprivate init(_ message: ProtobufMessage, _ interner: inout StringInterner) throws(ObjectError) {
        var message = message
        while let field = try message.next() {
            switch field.number {
            case 1: name = try field.text(&interner)
            case 3: containerPort = try field.integer()
            case 4: self.protocol = try field.text()
            default: continue
            }
        }
    }
}

extension PodDocument.Status {
    /// `core/v1` PodStatus.
    fileprivate init(_ message: ProtobufMessage) throws(ObjectError) {
        var message = message
        while let field = try message.next() {
            switch field.number {
            case 1: phase = try field.text()
            case 2: conditions.append(try ConditionDocument(field.message()))
            case 6: podIP = try field.text()
            case 12: podIPs.append(try PodDocument.PodIP(field.message()))
            default: continue
            }
        }
    }
}

extension PodDocument.PodIP {
    /// `core/v1` PodIP.
    fileprivate init(_ message: ProtobufMessage) throws(ObjectError) {
        var message = message
        while let field = try message.next() {
            if field.number == 1 { ip = try field.text() }
        }
    }
}
