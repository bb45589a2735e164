/// A point in time with the precision that the API keeps; as text it is RFC 3339.
struct Timestamp: Decodable, Equatable {
    /// Since the start of 1970.
    var seconds: Int64

    init(seconds: Int64) {
        self.seconds = seconds
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let timestamp = Timestamp(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "“\(text)” is not a time; write it like 2026-01-31T12:00:00Z")
        }
        self = timestamp
    }

    /// Reads `2026-01-31T12:00:00Z`, also with fractions of a second (dropped) and an offset such as `+02:00`.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int64? {
            var number: Int64 = 0
            for byte in bytes[range] {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                number = number * 10 + Int64(byte - UInt8(ascii: "0"))
            }
            return number
        }
        guard bytes.count >= 20, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            bytes[10] | 0x20 == UInt8(ascii: "t"), bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
            let minute = number(14..<16), let second = number(17..<19), (1...12).contains(month),
            (1...31).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }

        var zone = bytes[19...]
        if zone.first == UInt8(ascii: ".") {
            zone = zone.dropFirst().drop { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        }
        var offset: Int64 = 0
        switch (zone.first, zone.count) {
        case (UInt8(ascii: "Z"), 1), (UInt8(ascii: "z"), 1):
            break
        case (UInt8(ascii: "+"), 6), (UInt8(ascii: "-"), 6):
            let start = zone.startIndex
            guard zone[start + 3] == UInt8(ascii: ":"), let hours = number(start + 1..<start + 3),
                let minutes = number(start + 4..<start + 6)
            else { return nil }
            offset = (hours * 60 + minutes) * (zone.first == UInt8(ascii: "-") ? -60 : 60)
        default:
            return nil
        }
        let days = Self.daysSince1970(year: year, month: month, day: day)
        seconds = ((days * 24 + hour) * 60 + minute) * 60 + second - offset
    }

    /// In the Gregorian calendar. Years are counted from March, so that the leap day is their last.
    private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
        let year = month > 2 ? year : year - 1
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let leapDays = year / 4 - year / 100 + year / 400
        return year * 365 + leapDays + dayOfYear - 719_468
    }
}
