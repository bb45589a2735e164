import InternetAddresses

/// The rules for the endpoints of one slice, shared by all wire forms.
struct EndpointRules {
    private let family: IPFamily

    /// `nil` for slices whose endpoints are host names, which are not read.
    init?(_ type: EndpointSlice.AddressType) {
        guard let family = type.family else { return nil }
        self.family = family
    }

    /// The address of an endpoint, or `nil` with a refusal: such an endpoint is left out.
    ///
    /// As in kube-proxy, only the first address counts. `text` is its source.
    func address(
        _ address: IPAddress?, text: @autoclosure () -> String?, endpoint index: Int, _ checks: inout FieldChecks
    ) -> IPAddress? {
        if let address, address.family == family, !address.isIPv4Mapped, address.specialUse == nil { return address }
        guard let text = text() else {
            checks.refuse("endpoints[\(index)].addresses", .noAddress)
            return nil
        }
        let path = "endpoints[\(index)].addresses[0]"
        guard let lenient = checks.routableAddress(text, path) else { return nil }
        guard lenient.family == family else {
            checks.refuse(path, text, .otherFamily(family, saidBy: "addressType"))
            return nil
        }
        return lenient
    }
}

extension EndpointSlice.AddressType {
    /// `nil` for host names.
    var family: IPFamily? {
        switch self {
        case .ipv4: .ipv4
        case .ipv6: .ipv6
        case .fqdn: nil
        }
    }
}

extension Endpoint.Conditions {
    /// The conditions with the meaning that kube-proxy gives to missing ones: ready, serving, not terminating.
    init(ready: Bool?, serving: Bool?, terminating: Bool?) {
        self = []
        if ready ?? true { insert(.ready) }
        if serving ?? true { insert(.serving) }
        if terminating ?? false { insert(.terminating) }
    }
}
