import ArgumentParser

/// The size of a cluster: `5000x42`, or `1000x10+affinity` with ClientIP affinity.
struct Size: Hashable, Codable, CustomStringConvertible {
    var services: Int
    var endpointsPerService: Int
    var hasAffinity = false

    var endpoints: Int { services * endpointsPerService }

    var description: String { "\(services)x\(endpointsPerService)\(hasAffinity ? "+affinity" : "")" }

    static let small = Size(services: 10, endpointsPerService: 3)
    /// Many endpoints for each Service.
    static let wide = Size(services: 5_000, endpointsPerService: 42)
    /// Many Services.
    static let many = Size(services: 44_000, endpointsPerService: 1)

    static let nftables = [
        small, Size(services: 1_000, endpointsPerService: 10), wide, many,
        Size(services: 1_000, endpointsPerService: 10, hasAffinity: true),
    ]

    static let iptables = [
        Size(services: 1_000, endpointsPerService: 10), Size(services: 5_000, endpointsPerService: 10),
    ]
}

extension Size: ExpressibleByArgument {
    init?(argument: String) {
        let parts = argument.split(separator: "+", maxSplits: 1)
        guard let numbers = parts.first?.split(separator: "x").map({ Int($0) }), numbers.count == 2,
            let services = numbers[0], let endpoints = numbers[1],
            // The limits of the fixture's addresses.
            (1...100_000).contains(services), (1...1_000).contains(endpoints), services * endpoints <= 4_000_000,
            parts.count == 1 || parts[1] == "affinity"
        else { return nil }
        self.init(services: services, endpointsPerService: endpoints, hasAffinity: parts.count == 2)
    }
}
