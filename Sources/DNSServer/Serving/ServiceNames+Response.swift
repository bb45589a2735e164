import DNSMessages
import InternetAddresses
import ServiceNames

extension ServiceNames {
    /// The result of a lookup, as records.
    func response(_ lookup: NameLookup, to question: Question, zone: DomainName? = nil) -> Response {
        let zone = zone ?? self.zone
        switch lookup {
        case .unknown: return Response(code: .serverFailure)
        case .noData: return Response(flags: .authoritative, authority: [authorityRecord(zone, of: question)])
        case .noName:
            return Response(code: .nameError, flags: .authoritative, authority: [authorityRecord(zone, of: question)])
        case .authority: return Response(flags: .authoritative, answer: [authorityRecord(zone, of: question)])
        case .answer(let answer): return response(answer, to: question)
        case .alias(let targets):
            return Response(
                flags: .authoritative,
                answer: targets.map {
                    ResourceRecord(name: question.name, type: .cname, ttl: ttl, data: $0.wire)
                })
        }
    }

    /// Reads prepared bytes back as records, by putting them into a message.
    private func response(_ answer: PreparedAnswer, to question: Question) -> Response {
        var writer = AnswerWriter()
        writer.query.type = question.type
        writer.query.nameLength = question.name.wire.count
        writer.limit = 65535
        writer.isShuffling = false
        let query = QueryWriter.message(question, flags: [], edns: Query.EDNS(size: 512))
        var message: [UInt8] = []
        let zoneLength = question.name.isWithin(zone) ? zone.wire.count : 0
        writer.append(answer, zoneLength: zoneLength, to: query.span, into: &message)
        guard let reader = try? ResponseReader(message) else { return Response(code: .serverFailure) }
        return reader.response
    }

    /// The SOA record, with the zone in the question's case.
    private func authorityRecord(_ zone: DomainName, of question: Question) -> ResourceRecord {
        let owner = DomainName(trusted: Array(question.name.wire.suffix(zone.wire.count)))
        var data: [UInt8] = [2] + "ns".utf8 + [3] + "dns".utf8 + owner.wire + [10] + "hostmaster".utf8 + owner.wire
        for number in [serial, 7200, 1800, 86400, ttl] { data.append(number32: number) }
        return ResourceRecord(name: owner, type: .soa, ttl: ttl, data: data)
    }

    /// The search path of a client: its Pod's, or the plugin's.
    func searchPath(_ plugin: AutopathPlugin, client: IPAddress) -> [DomainName] {
        switch plugin {
        case .search(let path): return path
        case .kubernetes:
            guard let namespace = namespace(ofPodAt: client) else { return [] }
            return ["\(namespace).svc", "svc", ""].compactMap { DomainName($0)?.appending(zone) }
        }
    }
}
