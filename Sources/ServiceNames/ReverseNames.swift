package import DNSMessages
package import InternetAddresses

/// Names of addresses: `5.1.244.10.in-addr.arpa` (RFC 1035, section 3.5) and nibbles below `ip6.arpa` (RFC 3596).
package enum ReverseName {
    /// The address that a name stands for; `nil` for any other name.
    package static func address(_ name: NameBuffer) -> IPAddress? {
        let count = name.labelCount
        guard count >= 2, name.label(count - 1).elementsEqual("arpa".utf8) else { return nil }
        if count == 6, name.label(4).elementsEqual("in-addr".utf8) {
            var text = ""
            for index in 0..<4 {
                text += (index == 0 ? "" : ".") + String(decoding: name.label(3 - index), as: UTF8.self)
            }
            return IPAddress(text)
        }
        guard count == 34, name.label(32).elementsEqual("ip6".utf8) else { return nil }
        var halves: [UInt64] = [0, 0]
        for index in 0..<32 {
            let label = name.label(31 - index)
            guard label.count == 1, let byte = label.first,
                let digit = Character(UnicodeScalar(byte)).hexDigitValue
            else { return nil }
            halves[index / 16] = halves[index / 16] << 4 | UInt64(digit)
        }
        return IPAddress(ipv6High: halves[0], low: halves[1])
    }
}

extension ServiceNames {
    /// All Services that an address maps to.
    func services(at address: IPAddress) -> [NamedService] {
        (addresses[address] ?? []).flatMap { hash -> [NamedService] in
            var all: [NamedService] = []
            var candidate = services[hash]
            while let service = candidate {
                if service.facts != nil { all.append(service) }
                candidate = service.next
            }
            return all
        }
    }

    /// The PTR records of `address` for a question of this length; `nil` if no Service has it. A Service's own address
    /// names that Service, any other names endpoints.
    package func pointers(to address: IPAddress, nameLength: Int) -> PreparedAnswer? {
        let candidates = services(at: address)
        let owners = candidates.filter { $0.clusterIPs.contains(address) }
        let serviceLabel: [UInt8] = [3] + "svc".utf8
        var targets: Set<[UInt8]> = []
        if owners.isEmpty {
            for service in candidates {
                for endpoint in service.endpoints where endpoint.ipAddress == address {
                    guard let label = EndpointLabel.label(of: endpoint) else { continue }
                    targets.insert([UInt8(label.count)] + label + service.labels + serviceLabel)
                }
            }
        } else {
            for service in owners { targets.insert(service.labels + serviceLabel) }
        }
        guard !targets.isEmpty else { return nil }
        var builder = PreparedAnswerBuilder(nameLength: nameLength, zone: zone, ttl: ttl)
        for target in targets { builder.answer(type: .ptr, data: target + zone.wire) }
        return builder.finish()
    }
}
