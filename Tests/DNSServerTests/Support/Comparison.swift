import DNSMessages

/// Compares a server's answer with the recorded one: sections ignoring order, except that CNAME records
/// precede their targets.
struct Comparison {
    /// Seconds by which TTLs may differ.
    var ttlTolerance: UInt32 = 0

    /// The differences, none if the answer is as expected. `limit` is the size that the client accepts, in bytes.
    func differences(_ want: Recording.Answer, _ got: MessageText?, limit: Int) -> [String] {
        guard want.outcome == nil else { return got == nil ? [] : ["expected silence, got \(got?.rcode ?? "")"] }
        guard let got else { return ["no answer, or none that can be read"] }
        var found: [String] = []
        if want.rcode != got.rcode { found.append("rcode: expected \(want.rcode ?? ""), got \(got.rcode)") }
        if want.flags != got.flags { found.append("flags: expected \(want.flags ?? []), got \(got.flags)") }
        if want.question != got.question {
            found.append("question: expected \(want.question ?? []), got \(got.question)")
        }
        if want.opcode ?? 0 != got.opcode { found.append("opcode: got \(got.opcode)") }
        if let all = want.answer_of {
            if want.answer_count != got.sections[0].count {
                found.append("answer: expected \(want.answer_count ?? 0) records, got \(got.sections[0].count)")
            }
            found += section("answer", want: all, got: got.sections[0]).filter { $0.contains("besides") }
        } else {
            found += section("answer", want: want.answer ?? [], got: got.sections[0])
        }
        found += section("authority", want: want.authority ?? [], got: got.sections[1])
        if let all = want.additional_of {
            found += section("additional", want: all, got: got.sections[2]).filter { $0.contains("besides") }
        } else {
            found += section("additional", want: want.additional ?? [], got: got.sections[2])
        }
        if !Self.isInOrder(got.sections[0]) { found.append("a CNAME comes after what it leads to") }
        if (want.edns == nil) != (got.edns == nil) || want.edns?.do != got.edns?.do
            || want.edns?.version != got.edns?.version || want.edns?.options != got.edns?.options
        {
            found.append("edns: expected \(String(describing: want.edns)), got \(String(describing: got.edns))")
        }
        if got.size > limit { found.append("\(got.size) bytes, though the client takes \(limit)") }
        return found
    }

    private func section(_ name: String, want: [String], got: [String]) -> [String] {
        var rest = got
        var found: [String] = []
        for record in want {
            if let index = rest.firstIndex(where: { isSame(record, $0) }) {
                rest.remove(at: index)
            } else {
                found.append("\(name) lacks \(record)")
            }
        }
        return found + rest.map { "\(name) has besides \($0)" }
    }

    private func isSame(_ want: String, _ got: String) -> Bool {
        let one = want.split(separator: " ")
        let other = got.split(separator: " ")
        guard one.count == other.count, let ttl = UInt32(one[1]), let gotTTL = UInt32(other[1]) else { return false }
        let difference = ttl > gotTTL ? ttl - gotTTL : gotTTL - ttl
        return difference <= ttlTolerance
            && zip(one, other).enumerated().allSatisfy {
                $0.offset == 1 || $0.element.0 == "*" || $0.element.0 == $0.element.1
            }
    }

    private static func isInOrder(_ records: [String]) -> Bool {
        var owners: Set<String> = []
        for record in records {
            let parts = record.split(separator: " ").map(String.init)
            if parts.count > 4, parts[3] == "CNAME", owners.contains(parts[4].lowercased()) { return false }
            owners.insert(parts[0].lowercased())
        }
        return true
    }
}

extension Recording.Query {
    /// The bytes of the query.
    func message(identifier: UInt16) throws -> [UInt8] {
        if let wire { return [UInt8](hex: wire) }
        guard let name = name.flatMap({ DomainName($0) }), let type = type.flatMap({ RecordType($0) }) else {
            throw RecordingError(text: "the query of a recording cannot be read")
        }
        var bytes: [UInt8] = []
        let bits = UInt16(opcode ?? 0) << 11 | MessageText.bits(flags ?? ["rd"])
        for number in [identifier, bits, 1, 0, 0, edns == nil ? 0 : 1] { bytes.append(number16: number) }
        bytes += name.wire
        bytes.append(number16: type.rawValue)
        let classes: [String: UInt16] = ["IN": 1, "CH": 3, "HS": 4, "NONE": 254, "ANY": 255]
        let text = self.class ?? "IN"
        bytes.append(number16: classes[text] ?? UInt16(text.dropFirst(5)) ?? 1)
        if let edns {
            var options: [UInt8] = []
            for option in edns.options ?? [] {
                let data = [UInt8](hex: option.data)
                options.append(number16: option.code)
                options.append(number16: UInt16(data.count))
                options += data
            }
            bytes.append(0)
            bytes.append(number16: 41)
            bytes.append(number16: edns.size)
            bytes.append(number16: UInt16(edns.version ?? 0))
            bytes.append(number16: edns.do == true ? 0x8000 : 0)
            bytes.append(number16: UInt16(options.count))
            bytes += options
        }
        return bytes
    }

    /// The number of bytes that the client accepts.
    var limit: Int {
        transport == "udp" && wire == nil ? max(512, Int(edns?.size ?? 512)) : 65535
    }
}

struct RecordingError: Error {
    var text: String
}

extension [UInt8] {
    init(hex: String) {
        let digits = hex.compactMap(\.hexDigitValue)
        self = stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
