import DNSMessages
import InternetAddresses
import KubernetesAPI
import ServiceNames
import Testing

/// Names to change and query, with answers as text.
struct Zone {
    var registry: NameRegistry

    init(podMode: PodMode = .insecure, _ changes: [NameChange] = []) throws {
        let zone = try #require(DomainName("cluster.local"))
        registry = NameRegistry(ServiceNames(zone: zone, podMode: podMode))
        registry.apply(changes, at: 1)
        registry.markSynchronized()
    }

    /// The records of an answer as `TYPE data`, sorted; `NODATA`, `NXDOMAIN`, `UNKNOWN`.
    func ask(_ name: String, _ type: RecordType) throws -> [String] {
        let name = try #require(DomainName(name + ".cluster.local"))
        let buffer = NameBuffer(name)
        let count = try #require(registry.names.labelCount(of: buffer, length: name.wire.count))
        switch registry.names.lookup(buffer, labelCount: count, type: type, own: []) {
        case .answer(let answer): return try records(answer, name: name, type: type)
        case .authority: return ["SOA"]
        case .alias(let targets): return targets.map { "CNAME \($0)" }
        case .noData: return ["NODATA"]
        case .noName: return ["NXDOMAIN"]
        case .unknown: return ["UNKNOWN"]
        }
    }

    func pointers(to address: String) throws -> [String] {
        let name = try #require(DomainName("x"))
        guard let answer = registry.names.pointers(to: try #require(IPAddress(address)), nameLength: name.wire.count)
        else { return [] }
        return try records(answer, name: name, type: .ptr)
    }

    private func records(_ answer: PreparedAnswer, name: DomainName, type: RecordType) throws -> [String] {
        let question = Question(name: name, type: type)
        let query = QueryWriter.message(question, flags: [], edns: Query.EDNS(size: 512))
        var writer = AnswerWriter()
        writer.query.nameLength = name.wire.count
        writer.limit = 65535
        var message: [UInt8] = []
        writer.append(answer, zoneLength: min(name.wire.count, 15), to: query.span, into: &message)
        let response = try ResponseReader(message).response
        return response.records.map(Self.text).sorted()
    }

    private static func text(_ record: ResourceRecord) -> String {
        switch record.type {
        case .a, .aaaa: "\(record.type) \(IPAddress(networkBytes: record.data).map { "\($0)" } ?? "?")"
        case .srv:
            "SRV \(record.data[3]) \(UInt16(record.data[4]) << 8 | UInt16(record.data[5])) "
                + "\(record.targetName(at: 6) ?? .root)"
        case .txt: "TXT \(String(decoding: record.data.dropFirst(), as: UTF8.self))"
        default: "\(record.type) \(record.targetName() ?? .root)"
        }
    }
}

extension NamespacedName {
    init(_ text: String) {
        let parts = text.split(separator: "/").map(String.init)
        self.init(namespace: parts[0], name: parts[1])
    }
}

func http(_ port: UInt16 = 80) -> PortFacts { PortFacts(name: "http", transport: .tcp, port: port) }

func service(_ name: String, _ kind: ServiceFacts.Kind, ports: [PortFacts] = [http()]) -> NameChange {
    .service(NamespacedName(name), ServiceFacts(kind: kind, ports: ports))
}

func slice(
    _ name: String, of owner: String, ports: [PortFacts] = [http()], _ endpoints: [(String, String)]
) -> NameChange {
    .slice(
        NamespacedName(name), service: NamespacedName(owner),
        SliceFacts(
            ports: ports,
            endpoints: endpoints.map { address, hostname in
                SliceFacts.Endpoint(
                    address: IPAddress(address).map { .address($0) } ?? .name(address), hostname: hostname)
            }))
}

func ip(_ text: String) -> IPAddress { IPAddress(text) ?? IPAddress(ipv4: 0) }
