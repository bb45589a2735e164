import Glibc

/// The time of day.
enum SystemTime {
    /// Seconds since 1970, to the nanosecond.
    static var secondsSince1970: Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
