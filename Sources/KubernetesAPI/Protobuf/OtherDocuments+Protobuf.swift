extension ServiceCIDRDocument {
    /// `networking/v1` ServiceCIDR.
    init(_ message: ProtobufMessage, _ interner: inout StringInterner) throws(ObjectError) {
        var message = message
        while let field = try message.next() {
            switch field.number {
            case 1: metadata = try MetadataDocument(field.message(), &interner)
            case 2: spec = try Spec(field.message())
            case 3: status = try Status(field.message())
            default: continue
            }
        }
    }
}

extension ServiceCIDRDocument.Spec {
    /// `networking/v1` ServiceCIDRSpec.
    fileprivate init(_ message: ProtobufMessage) throws(ObjectError) {
        var message = message
        while let field = try message.next() {
            if field.number == 1 { cidrs.append(try field.text()) }
        }
    }
}

extension ServiceCIDRDocument.Status {
    /// `networking/v1` ServiceCIDRStatus.
    fileprivate init(_ message: ProtobufMessage) throws(ObjectError) {
        var message = message
        while let field = try message.next() {
            if field.number == 1 { conditions.append(try ConditionDocument(field.message())) }
        }
    }
}

extension ConditionDocument {
    /// `meta/v1` Condition and `core/v1` PodCondition begin with the same fields.
    init(_ message: ProtobufMessage) throws(ObjectError) {
        var message = message
        while let field = try message.next() {
            switch field.number {
            case 1: type = try field.text()
            case 2: status = try field.text()
            default: continue
            }
        }
    }
}

extension NamespaceDocument {
    /// `core/v1` Namespace.
    init(_ message: ProtobufMessage, _ interner: inout StringInterner) throws(ObjectError) {
        var message = message
        while let field = try message.next() {
            switch field.number {
            case 1: metadata = try MetadataDocument(field.message(), &interner)
            case 3: status = try Status(field.message())
            default: continue
            }
        }
    }
}

extension NamespaceDocument.Status {
    /// `core/v1` NamespaceStatus.
    fileprivate init(_ message: ProtobufMessage) throws(ObjectError) {
        var message = message
        while let field = try message.next() {
            if field.number == 1 { phase = try field.text() }
        }
    }
}
