import CLinux
import Glibc

/// An epoll instance (epoll(7)). Belongs to one thread.
struct Poller: ~Copyable {
    private let descriptor: CInt
    private var events = [epoll_event](repeating: epoll_event(), count: 256)

    /// An instance that waits for messages on a descriptor from the beginning.
    init(listeningTo wake: CInt) throws(RelayError) {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard descriptor >= 0 else { throw RelayError("make an epoll instance", errno: errno) }
        let result = add(wake, .reading, Token(.wake))
        guard result == 0 else { throw RelayError("wait for messages", errno: result) }
    }

    deinit { close(descriptor) }

    /// The events to wait for.
    enum Interest {
        /// Readable, level-triggered.
        case reading
        /// The same, but not all waiting threads are woken.
        case sharedReading
        /// Everything, edge-triggered.
        case changes

        fileprivate var mask: UInt32 {
            switch self {
            case .reading: EPOLLIN.rawValue
            case .sharedReading: EPOLLIN.rawValue | EPOLLEXCLUSIVE.rawValue
            case .changes: EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
            }
        }
    }

    /// Starts waiting for a descriptor; closing it ends that. 0, or an errno.
    func add(_ watched: CInt, _ interest: Interest, _ token: Token) -> CInt {
        var event = epoll_event()
        event.events = interest.mask
        event.data.u64 = token.rawValue
        return epoll_ctl(descriptor, EPOLL_CTL_ADD, watched, &event) == 0 ? 0 : errno
    }

    /// Stops waiting for a descriptor that stays open.
    func remove(_ watched: CInt) { epoll_ctl(descriptor, EPOLL_CTL_DEL, watched, nil) }

    /// Waits for events, up to this many milliseconds, or indefinitely for -1. Returns their number for ``event(_:)``.
    mutating func wait(milliseconds: Int32) -> Int {
        Int(max(0, epoll_wait(descriptor, &events, Int32(events.count), milliseconds)))
    }

    /// One of the events of the last wait.
    func event(_ index: Int) -> (token: Token, readiness: Readiness) {
        (Token(rawValue: events[index].data.u64), Readiness(mask: events[index].events))
    }
}

/// An event of a descriptor.
struct Readiness {
    let mask: UInt32

    var isReadable: Bool {
        mask & (EPOLLIN.rawValue | EPOLLRDHUP.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0
    }
    var isWritable: Bool { mask & (EPOLLOUT.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0 }
    /// The peer will send no more, or an error is pending.
    var isEnding: Bool { mask & (EPOLLRDHUP.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0 }
    var hasFailed: Bool { mask & EPOLLERR.rawValue != 0 }
}

/// The monotonic clock.
enum MonotonicTime {
    /// Nanoseconds since some moment in the past.
    static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Nanoseconds from `start` to `now`; 0 if another thread has read the clock for `start` a moment later.
    static func elapsed(since start: UInt64, at now: UInt64) -> UInt64 { now > start ? now - start : 0 }
}
