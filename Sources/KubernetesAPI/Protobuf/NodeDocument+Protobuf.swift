extension NodeDocument {
    /// `core/v1` Node.
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
}

extension NodeDocument.Spec {
    /// `core/v1` NodeSpec.
    fileprivate init(_ message: ProtobufMessage, _ interner: inout StringInterner) throws(ObjectError) {
        var message = message
        while let field = try message.next() {
            switch field.number {
            case 1: podCIDR = try field.text()
            case 5: taints.append(try NodeDocument.Taint(field.message(), &interner))
            case 7: podCIDRs.append(try field.text())
            default: continue
            }
        }
    }
}

extension NodeDocument.Taint {
    /// `core/v1` Taint.
    fileprivate init(_ message: ProtobufMessage, _ interner: inout StringInterner) throws(ObjectError) {
        var message = message
        while let field = try message.next() {
            switch field.number {
            case 1: key = try field.text(&interner)
            case 2: value = try field.text(&interner)
            case 3: effect = try field.text(&interner)
            default: continue
            }
        }
    }
}

extension NodeDocument.Status {
    /// `core/v1` NodeStatus.
    fileprivate init(_ message: ProtobufMessage) throws(ObjectError) {
        var message = message
        while let field = try message.next() {
            if field.number == 5 { addresses.append(try NodeDocument.Address(field.message())) }
        }
    }
}

extension NodeDocument.Address {
    /// `core/v1` NodeAddress.
    fileprivate init(_ message: ProtobufMessage) throws(ObjectError) {
        var message = message
        while let field = try message.next() {
            switch field.number {
            case 1: type = try field.text()
            case 2: address = try field.text()
            default: continue
            }
        }
    }
}
