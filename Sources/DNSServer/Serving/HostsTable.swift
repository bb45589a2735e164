import DNSMessages
import InternetAddresses
import ServiceNames

/// The contents of a file like /etc/hosts (hosts(5)).
struct HostsTable: Sendable, Hashable {
    private(set) var addresses: [DomainName: [IPAddress]] = [:]
    private(set) var names: [IPAddress: [DomainName]] = [:]

    init(_ text: String) {
        for line in text.split(separator: "\n") {
            let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
            guard words.count > 1, let address = IPAddress(String(words[0].prefix { $0 != "%" })) else { continue }
            for word in words.dropFirst() {
                guard let name = DomainName(String(word))?.lowercased else { continue }
                if addresses[name]?.contains(address) != true { addresses[name, default: []].append(address) }
                names[address, default: []].append(name)
            }
        }
    }

    var count: Int { addresses.count }

    /// Whether there may be an answer. `name` is in lower case.
    func mayAnswer(_ name: DomainName, type: RecordType) -> Bool { type == .ptr || addresses[name] != nil }

    /// The table's answer to a question; `nil` if it has none. `name` is in lower case.
    func answer(_ question: Question, lowercased name: DomainName, plugin: HostsPlugin) -> Response? {
        guard plugin.zones.isEmpty || plugin.zones.contains(where: { name.isWithin($0) }) else { return nil }
        if question.type == .ptr, plugin.hasReverse, let address = ReverseName.address(NameBuffer(name)),
            let names = names[address]
        {
            return Response(
                flags: .authoritative,
                answer: names.map {
                    ResourceRecord(name: question.name, type: .ptr, ttl: plugin.ttl, data: $0.wire)
                })
        }
        guard let addresses = addresses[name] else { return nil }
        let family: IPFamily? = question.type == .a ? .ipv4 : question.type == .aaaa ? .ipv6 : nil
        return Response(
            flags: .authoritative,
            answer: addresses.filter { $0.family == family }.map {
                ResourceRecord(name: question.name, type: question.type, ttl: plugin.ttl, data: $0.networkBytes)
            })
    }
}

extension HostsPlugin {
    /// Whether a name not in the table is answered here rather than passed on. `name` is in lower case.
    func ends(_ name: DomainName) -> Bool {
        (zones.isEmpty || zones.contains { name.isWithin($0) }) && !fallthroughZones.contains { name.isWithin($0) }
    }
}
