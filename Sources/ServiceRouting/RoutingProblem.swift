package import InternetAddresses

/// Something that a Service requests and does not get.
package struct RoutingProblem: Sendable, Hashable {
    package enum Reason: Sendable, Hashable {
        /// Another Service port has the frontend; clients that use it get there.
        case frontendLost(FrontendAddress, to: ServicePortName)
        /// No Service may have the address.
        case addressUnusable(FrontendAddress, IPAddress.Restriction)
        /// `loadBalancerSourceRanges` names networks of the other IP family only, so it does not restrict this one.
        case sourceRangesOfOtherFamily(IPFamily)
    }

    package var name: ServicePortName
    package var reason: Reason

    package init(name: ServicePortName, reason: Reason) {
        self.name = name
        self.reason = reason
    }
}

extension RoutingProblem: CustomStringConvertible {
    /// `default/web:http: externalIP 192.0.2.1:80/TCP belongs to default/shop:http; clients reach that Service`
    package var description: String {
        switch reason {
        case .frontendLost(let frontend, let owner):
            "\(name): \(frontend)/\(name.transport) belongs to \(owner); clients reach that Service"
        case .addressUnusable(let frontend, let restriction):
            "\(name): \(frontend) is not served: it is \(restriction)"
        case .sourceRangesOfOtherFamily(let family):
            "\(name): loadBalancerSourceRanges names no \(family) network, so every \(family) client is admitted; "
                + "add one to restrict them"
        }
    }
}

extension IPAddress {
    /// Why no Service may have an address.
    package enum Restriction: Sendable, Hashable, CustomStringConvertible {
        case unspecified
        case loopback
        case multicast

        /// In the terms that API validation uses.
        package var description: String {
            switch self {
            case .unspecified: "the unspecified address, which no client can connect to"
            case .loopback: "a loopback address, which belongs to each machine by itself"
            case .multicast: "a multicast address, which no connection can be made to"
            }
        }
    }

    /// Why no Service may have this address; `nil` if one may.
    package var restriction: Restriction? {
        if isUnspecified { return .unspecified }
        if isLoopback { return .loopback }
        if isMulticast { return .multicast }
        return nil
    }
}
