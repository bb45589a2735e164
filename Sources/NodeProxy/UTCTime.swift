import Glibc

/// A moment in the calendar, with milliseconds, for people and for other programs; nothing is decided by it.
package struct UTCTime: Sendable, Hashable {
    /// Since the start of 1970.
    package var milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// What the system's clock says.
    package static var now: UTCTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UTCTime(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    package static func - (time: UTCTime, duration: Duration) -> UTCTime {
        UTCTime(milliseconds: time.milliseconds - Int64(duration / .milliseconds(1)))
    }

    package var seconds: Double { Double(milliseconds) / 1000 }
}

extension UTCTime: CustomStringConvertible {
    /// RFC 3339: `2026-11-21T06:00:00.000Z`.
    package var description: String {
        var seconds = time_t(milliseconds / 1000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func padded(_ number: Int, _ width: Int = 2) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let date =
            "\(padded(Int(parts.tm_year) + 1900, 4))-\(padded(Int(parts.tm_mon) + 1))-\(padded(Int(parts.tm_mday)))"
        let time = "\(padded(Int(parts.tm_hour))):\(padded(Int(parts.tm_min))):\(padded(Int(parts.tm_sec)))"
        return "\(date)T\(time).\(padded(Int(milliseconds % 1000), 3))Z"
    }
}
