import CLinux
package import InternetAddresses

extension Rule {
    /// The steps that the kernel's rule machine takes for this rule.
    package func expressions(_ family: IPFamily) -> [Expression] {
        statements.flatMap { $0.expressions(family) }
    }
}

extension Statement {
    /// The steps for one statement. Each begins at register 0 anew: nothing is kept from one statement to the next.
    func expressions(_ family: IPFamily) -> [Expression] {
        switch self {
        case .isIn(let key, let set, let negated):
            Self.load(key, family) + [.find(key: 0, set: set, negated: negated)]
        case .dispatch(let key, let map):
            Self.load(key, family) + [.dispatch(key: 0, set: map)]
        case .setPriority(let key, let map):
            Self.load(key, family)
                + [.map(key: 0, set: map, into: 0), .setMeta(key: NFT_META_PRIORITY.rawValue, from: 0)]
        case .clearPriority:
            [.value([0, 0, 0, 0], into: 0), .setMeta(key: NFT_META_PRIORITY.rawValue, from: 0)]
        case .dnat(let key, let map):
            Self.load(key, family)
                + [
                    .map(key: 0, set: map, into: 0),
                    .dnat(family, address: 0, port: Field.destinationAddress.registers(family)),
                ]
        case .masquerade: [.masquerade]
        case .reject(let rejection): [.reject(rejection)]
        case .verdict(let verdict): [.verdict(verdict)]
        case .isTranslated:
            [
                .loadConntrack(key: NFT_CT_STATUS.rawValue, original: false, into: 0),
                .mask(Self.hostOrder(IPS_DST_NAT.rawValue), register: 0),
                .compare(register: 0, equal: false, [0, 0, 0, 0]),
            ]
        case .isFromThisNode:
            [.sourceAddressType(into: 0), .compare(register: 0, equal: true, Self.hostOrder(UInt32(RTN_LOCAL)))]
        case .isFromInterface(let name, let isPrefix, let negated):
            [
                .loadMeta(key: NFT_META_IIFNAME.rawValue, into: 0),
                .compare(register: 0, equal: !negated, isPrefix ? [UInt8](name.utf8) : Self.interfaceName(name)),
            ]
        case .isTransport(let transport):
            [
                .loadMeta(key: NFT_META_L4PROTO.rawValue, into: 0),
                .compare(register: 0, equal: true, [transport.rawValue]),
            ]
        case .remember(let key, let value, let map, let timeout):
            Self.load(key, family)
                + Self.load(value, family, from: key.size(family) / 4)
                + [.update(set: map, key: 0, data: key.size(family) / 4, timeout: UInt64(timeout) * 1000)]
        }
    }

    /// Loads a concatenation into registers, from the one numbered `first` on.
    private static func load(_ fields: [Field], _ family: IPFamily, from first: Int = 0) -> [Expression] {
        var register = first
        return fields.map { field in
            defer { register += field.registers(family) }
            return field.load(family, into: register)
        }
    }

    /// The name as the kernel loads it: filled up with zeros to IFNAMSIZ.
    private static func interfaceName(_ name: String) -> [UInt8] {
        let bytes = [UInt8](name.utf8)
        return bytes + [UInt8](repeating: 0, count: max(0, 16 - bytes.count))
    }

    private static func hostOrder(_ value: UInt32) -> [UInt8] {
        withUnsafeBytes(of: value) { [UInt8]($0) }
    }
}

extension Field {
    /// The step that puts the field into a register.
    func load(_ family: IPFamily, into register: Int) -> Expression {
        let length = UInt32(size(family))
        return switch self {
        case .sourceAddress:
            .payload(base: .network, offset: family == .ipv4 ? 12 : 8, length: length, into: register)
        case .destinationAddress:
            .payload(base: .network, offset: family == .ipv4 ? 16 : 24, length: length, into: register)
        case .destinationPort: .payload(base: .transport, offset: 2, length: length, into: register)
        case .transportProtocol: .loadMeta(key: NFT_META_L4PROTO.rawValue, into: register)
        case .priority: .loadMeta(key: NFT_META_PRIORITY.rawValue, into: register)
        case .originalSourceAddress:
            .loadConntrack(
                key: (family == .ipv4 ? NFT_CT_SRC_IP : NFT_CT_SRC_IP6).rawValue, original: true, into: register)
        case .originalDestinationAddress:
            .loadConntrack(
                key: (family == .ipv4 ? NFT_CT_DST_IP : NFT_CT_DST_IP6).rawValue, original: true, into: register)
        case .originalDestinationPort:
            .loadConntrack(key: NFT_CT_PROTO_DST.rawValue, original: true, into: register)
        case .random(let modulus, let offset): .random(modulus: modulus, offset: offset, into: register)
        }
    }
}
