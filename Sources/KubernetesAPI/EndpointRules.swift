import InternetAddresses

/// What holds for the endpoints of one slice, from whichever wire form they come.
struct EndpointRules {
    private let family: IPFamily
    private let checks: FieldChecks

    /// `nil` for slices whose endpoints are host names: these are not read.
    init?(_ type: EndpointSlice.AddressType, _ checks: FieldChecks) {
        switch type {
        case .ipv4: family = .ipv4
        case .ipv6: family = .ipv6
        case .fqdn: return nil
        }
        self.checks = checks
    }

    /// The address, if an endpoint of the slice may have it. `text` is what it was read from.
    func check(
        _ address: IPAddress?, text: @autoclosure () -> String, endpoint: Int, position: Int
    ) throws(ObjectError) -> IPAddress {
        if let address, address.family == family, !address.isIPv4Mapped,
            FieldChecks.reasonNotToRoute(address) == nil
        {
            return address
        }
        let field = "endpoints[\(endpoint)].addresses[\(position)]"
        let checked = try checks.routableAddress(text(), field)
        throw checks.failure(
            field, "\(checked) is not \(family), as addressType says; move it to a slice of its family")
    }

    /// The address that stands for the endpoint.
    func first(of address: IPAddress?, endpoint: Int) throws(ObjectError) -> IPAddress {
        guard let address else {
            throw checks.failure("endpoints[\(endpoint)].addresses", "there is no address; an endpoint needs one")
        }
        return address
    }
}

extension Endpoint.Conditions {
    /// The conditions with the meaning that the API gives to missing ones: `ready` is true, `serving` equals `ready`,
    /// `terminating` is false.
    init(ready: Bool?, serving: Bool?, terminating: Bool?) {
        self = []
        if ready ?? true { insert(.ready) }
        if serving ?? ready ?? true { insert(.serving) }
        if terminating ?? false { insert(.terminating) }
    }
}
