import InternetAddresses

/// Values in the JSON of `nft -j`, as readable text.
enum NFTText {
    static func network(_ value: JSONValue) -> IPNetwork? {
        if let elem = value["elem"]?["val"] { return network(elem) }
        if let prefix = value["prefix"], let address = prefix["addr"]?.text.flatMap({ IPAddress($0) }),
            let length = prefix["len"]?.integer
        {
            return IPNetwork(containing: address, prefixLength: length)
        }
        guard let address = value.text.flatMap({ IPAddress($0) }) else { return nil }
        return IPNetwork(containing: address, prefixLength: address.family.addressBits)
    }

    static func ports(_ value: JSONValue) -> ClosedRange<UInt16>? {
        if let elem = value["elem"]?["val"] { return ports(elem) }
        if let range = value["range"]?.elements, range.count == 2, let low = range[0].integer,
            let high = range[1].integer,
            low <= high
        {
            return UInt16(clamping: low)...UInt16(clamping: high)
        }
        return value.integer.map { UInt16(clamping: $0)...UInt16(clamping: $0) }
    }

    /// `ip daddr`, `iifname`, `ct state`
    static func key(_ value: JSONValue) -> String {
        if let payload = value["payload"] {
            return [payload["protocol"]?.text, payload["field"]?.text].compactMap(\.self).joined(separator: " ")
        }
        if let key = value["meta"]?["key"]?.text { return key.hasSuffix("name") ? key : "meta \(key)" }
        if let key = value["ct"]?["key"]?.text { return "ct \(key)" }
        if let operands = value["&"]?.elements, operands.count == 2 {
            return "\(key(operands[0])) & \(self.value(operands[1]))"
        }
        return value.members.keys.sorted().joined(separator: " ")
    }

    static func value(_ value: JSONValue) -> String {
        switch value {
        case .null: return ""
        case .bool(let bool): return "\(bool)"
        case .number(let number): return number == number.rounded() ? "\(Int(number))" : "\(number)"
        case .text(let text): return text
        case .list(let list): return list.map { self.value($0) }.joined(separator: ",")
        case .object(let members):
            if let set = members["set"] { return "{ \(set.elements.map { self.value($0) }.joined(separator: ", ")) }" }
            if let range = members["range"] { return range.elements.map { self.value($0) }.joined(separator: "-") }
            if let network = network(value) { return "\(network)" }
            return members.keys.sorted().joined(separator: " ")
        }
    }
}
