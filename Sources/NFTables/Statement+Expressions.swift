import CLinux
package import InternetAddresses

extension Rule {
    /// The kernel expressions for this rule.
    package func expressions(_ family: IPFamily) -> [Expression] {
        statements.flatMap { $0.expressions(family) }
    }
}

extension Statement {
    /// The expressions for one statement. Each starts again at register 0: nothing is kept from one
    /// statement to the next.
    func expressions(_ family: IPFamily) -> [Expression] {
        switch self {
        case .isIn(let key, let set, let negated):
            Self.load(key, family) + [.find(key: 0, set: set, negated: negated)]
        case .dispatch(let key, let map):
            Self.load(key, family) + [.dispatch(key: 0, set: map)]
        case .setPriority(let key, let map):
            Self.load(key, family)
                + [.map(key: 0, set: map, into: 0), .setMeta(key: NFT_META_PRIORITY.rawValue, from: 0)]
        case .setPriorityTo(let field):
            [field.load(family, into: 0), .setMeta(key: NFT_META_PRIORITY.rawValue, from: 0)]
        case .isPriority(let value):
            [
                .loadMeta(key: NFT_META_PRIORITY.rawValue, into: 0),
                .compare(register: 0, equal: true, Self.hostOrder(value)),
            ]
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
        case .isMarked(let bits, let negated):
            [
                .loadMeta(key: NFT_META_MARK.rawValue, into: 0),
                .mask(Self.hostOrder(bits), flip: [0, 0, 0, 0], register: 0),
                .compare(register: 0, equal: negated, [0, 0, 0, 0]),
            ]
        case .setMark(let bits): Self.changeMark(keep: ~bits, flip: bits)
        case .clearMark(let bits): Self.changeMark(keep: ~bits, flip: 0)
        case .isFrom(let network, let negated): Self.compare(.sourceAddress, network, equal: !negated)
        case .isTo(let network): Self.compare(.destinationAddress, network, equal: true)
        case .isFromThisNode:
            [.sourceAddressType(into: 0), .compare(register: 0, equal: true, Self.hostOrder(UInt32(RTN_LOCAL)))]
        case .isToThisNode:
            [.destinationAddressType(into: 0), .compare(register: 0, equal: true, Self.hostOrder(UInt32(RTN_LOCAL)))]
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

    private static func changeMark(keep: UInt32, flip: UInt32) -> [Expression] {
        [
            .loadMeta(key: NFT_META_MARK.rawValue, into: 0),
            .mask(hostOrder(keep), flip: hostOrder(flip), register: 0),
            .setMeta(key: NFT_META_MARK.rawValue, from: 0),
        ]
    }

    /// Compares an address with a network, as nft does: if the prefix ends at a byte boundary, only
    /// its bytes are loaded.
    private static func compare(_ field: Field, _ network: IPNetwork, equal: Bool) -> [Expression] {
        let family = network.family
        guard case .payload(let base, let offset, let length, _) = field.load(family, into: 0) else { return [] }
        let bytes = network.address.networkBytes
        let prefix = network.prefixLength
        if prefix > 0, prefix % 8 == 0 {
            let part = Expression.payload(base: base, offset: offset, length: UInt32(prefix / 8), into: 0)
            return [part, .compare(register: 0, equal: equal, [UInt8](bytes.prefix(prefix / 8)))]
        }
        let mask = (0..<Int(length)).map { UInt8(truncatingIfNeeded: 0xFF00 >> max(0, min(8, prefix - $0 * 8))) }
        return [
            .payload(base: base, offset: offset, length: length, into: 0),
            .mask(mask, flip: mask.map { _ in 0 }, register: 0), .compare(register: 0, equal: equal, bytes),
        ]
    }

    /// Loads a concatenation into registers, from number `first` up.
    private static func load(_ fields: [Field], _ family: IPFamily, from first: Int = 0) -> [Expression] {
        var register = first
        return fields.map { field in
            defer { register += field.registers(family) }
            return field.load(family, into: register)
        }
    }

    /// The name as the kernel loads it: padded with zeros to IFNAMSIZ.
    private static func interfaceName(_ name: String) -> [UInt8] {
        let bytes = [UInt8](name.utf8)
        return bytes + [UInt8](repeating: 0, count: max(0, 16 - bytes.count))
    }

    private static func hostOrder(_ value: UInt32) -> [UInt8] {
        withUnsafeBytes(of: value) { [UInt8]($0) }
    }
}

extension Field {
    /// The expression that loads the field into a register.
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
        case .random(let modulus, let offset): .random(modulus: modulus, offset: offset, into: register)
        }
    }
}
