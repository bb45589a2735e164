package import DNSMessages
package import InternetAddresses
import KubernetesAPI

/// A cluster zone's answer to a question.
package enum NameLookup: Sendable {
    case answer(PreparedAnswer)
    /// The question is for the zone's own SOA record.
    case authority
    /// The name is an alias; a question for addresses continues with its targets.
    case alias([DomainName])
    /// The name exists, but has no records of this type.
    case noData
    case noName
    /// Not known yet: the objects have not arrived.
    case unknown
}

extension ServiceNames {
    /// The labels of a question before the zone, or `nil` if the question is not in it.
    package func labelCount(of name: NameBuffer, length: Int) -> Int? {
        name.labelsBefore(zone, labelCount: zoneLabelCount, length: length)
    }

    /// Answers a question with `count` labels before the zone.
    ///
    /// `own` are this server's addresses, which determine the Service that is the zone's name server.
    package func lookup(
        _ name: NameBuffer, labelCount count: Int, type: RecordType, own: [IPAddress]
    ) -> NameLookup {
        switch count {
        case 0:
            switch type {
            case .soa: return .authority
            case .ns: return nameServers(own: own).map { .answer($0) } ?? .noData
            default: return .noData
            }
        case 1:
            let label = name.label(0)
            if label.elementsEqual(Self.versionLabel) { return type == .txt ? .answer(versionAnswer) : .noName }
            if label.elementsEqual(Self.service) || label.elementsEqual(Self.pod) { return .noData }
        case 2 where Self.isNameServer(name, labelCount: count):
            return nameServerAddresses(type: type, own: own).map { .answer($0) } ?? .noData
        default: break
        }
        guard isSynchronized else { return .unknown }
        guard (2...5).contains(count) else { return .noName }
        let kind = name.label(count - 1)
        if kind.elementsEqual(Self.service) {
            return serviceLookup(name, labelCount: count, type: type)
        } else if kind.elementsEqual(Self.pod) {
            return podLookup(name, labelCount: count, type: type)
        }
        return .noName
    }

    private static let service = Array("svc".utf8)
    private static let pod = Array("pod".utf8)

    private func serviceLookup(_ name: NameBuffer, labelCount count: Int, type: RecordType) -> NameLookup {
        guard count > 2 else { return hasNamespace(name.label(0)) ? .noData : .noName }
        guard let service = service(labels: name.labels((count - 3)..<(count - 1))) else { return .noName }
        switch count {
        case 3:
            guard service.exists else { return .noName }
            if let alias = service.alias { return Self.lookup(alias, type: type) }
            switch type {
            case .a: return service.a.map { .answer($0) } ?? .noData
            case .aaaa: return service.aaaa.map { .answer($0) } ?? .noData
            case .srv: return service.srv.map { .answer($0) } ?? .noData
            default: return .noData
            }
        case 4:
            return lookup(
                ServicePreparation(service, endpoint: Array(name.label(0)), context: context), port: nil, type: type)
        default:
            guard let port = name.port else { return .noName }
            if type == .srv, let known = service.ports.first(where: { $0.port.isSame(as: port) }) {
                return .answer(known.srv)
            }
            return lookup(ServicePreparation(service, endpoint: nil, context: context), port: port, type: type)
        }
    }

    /// Answers questions that are not prepared: names of endpoints, and ports queried for types other than SRV.
    private func lookup(_ preparation: ServicePreparation, port: PortFacts?, type: RecordType) -> NameLookup {
        guard preparation.exists(port: port) else { return .noName }
        if let alias = preparation.alias(port: port) { return Self.lookup(alias, type: type) }
        let answer: PreparedAnswer? =
            switch type {
            case .a: preparation.addresses(.ipv4, port: port)
            case .aaaa: preparation.addresses(.ipv6, port: port)
            case .srv: preparation.services(port: port)
            default: nil
            }
        return answer.map { .answer($0) } ?? .noData
    }

    private static func lookup(_ alias: ServiceAlias, type: RecordType) -> NameLookup {
        switch type {
        case .a, .aaaa: .alias(alias.targets)
        case .cname: .answer(alias.answer)
        default: .noData
        }
    }

    private func podLookup(_ name: NameBuffer, labelCount count: Int, type: RecordType) -> NameLookup {
        let namespace = name.label(count - 2)
        guard podMode != .disabled, count <= 3, hasNamespace(namespace) else { return .noName }
        guard count == 3 else { return .noData }
        guard let address = EndpointLabel.address(from: name.label(0)) else { return .noName }
        if podMode == .verified, pods[address]?[String(decoding: namespace, as: UTF8.self)] == nil { return .noName }
        guard type == (address.family == .ipv4 ? .a : .aaaa) else { return .noData }
        var builder = PreparedAnswerBuilder(
            nameLength: name.labels(0..<count).count + zone.wire.count, zone: zone, ttl: ttl)
        builder.answer(address: address.networkBytes)
        return .answer(builder.finish())
    }
}

extension NameBuffer {
    /// The labels before `zone` (in lower case), or `nil` if the name is not within it.
    package func labelsBefore(_ zone: DomainName, labelCount zoneLabels: Int, length: Int) -> Int? {
        let count = labelCount - zoneLabels
        let start = length - zone.wire.count
        guard count >= 0, start >= 0, (zoneLabels == 0 ? length - 1 : Int(starts[count])) == start else { return nil }
        for index in 0..<zone.wire.count where bytes[start + index] != zone.wire[index] { return nil }
        return count
    }

    /// The bytes of a label, in lower case.
    package func label(_ index: Int) -> ArraySlice<UInt8> {
        let start = Int(starts[index])
        return bytes[(start + 1)..<(start + 1 + Int(bytes[start]))]
    }

    /// Several labels with their lengths.
    func labels(_ range: Range<Int>) -> ArraySlice<UInt8> {
        let last = Int(starts[range.upperBound - 1])
        return bytes[Int(starts[range.lowerBound])..<(last + 1 + Int(bytes[last]))]
    }

    /// The port that the first two labels name: `_http._tcp`.
    fileprivate var port: PortFacts? {
        let (name, transport) = (label(0), label(1))
        guard name.first == UInt8(ascii: "_"), transport.first == UInt8(ascii: "_"), name.count > 1,
            let transport = TransportProtocol(String(decoding: transport.dropFirst(), as: UTF8.self).uppercased())
        else { return nil }
        return PortFacts(name: String(decoding: name.dropFirst(), as: UTF8.self), transport: transport, port: 0)
    }
}
