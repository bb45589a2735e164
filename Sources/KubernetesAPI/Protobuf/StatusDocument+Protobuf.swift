extension StatusDocument {
    /// `meta/v1` Status.
    init(_ message: ProtobufMessage) throws(ObjectError) {
        var message = message
        while let field = try message.next() {
            switch field.number {
            case 3: self.message = try field.text()
            case 4: reason = try field.text()
            case 5: details = try Details(field.message())
            case 6: code = try field.integer()
            default: continue
            }
        }
    }
}

extension StatusDocument.Details {
    /// `meta/v1` StatusDetails.
    fileprivate init(_ message: ProtobufMessage) throws(ObjectError) {
        var message = message
        while let field = try message.next() {
            switch field.number {
            case 4: causes.append(try StatusDocument.Cause(field.message()))
            case 5: retryAfterSeconds = try field.integer()
            default: continue
            }
        }
    }
}

extension StatusDocument.Cause {
    /// `meta/v1` StatusCause.
    fileprivate init(_ message: ProtobufMessage) throws(ObjectError) {
        var message = message
        while let field = try message.next() {
            if field.number == 1 { reason = try field.text() }
        }
    }
}
