import Glibc

/// Owns a file descriptor and closes it.
final class Descriptor: Sendable {
    let number: Int32

    /// Takes the result of a system call; throws if `operation` failed.
    init(_ number: Int32, _ operation: String) throws {
        guard number >= 0 else { throw BenchmarkError.system("cannot \(operation)") }
        self.number = number
    }

    deinit { close(number) }

    /// Writes all of `bytes` to a socket.
    func send(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { buffer in
            var offset = 0
            while offset < buffer.count {
                let rest = UnsafeRawBufferPointer(rebasing: buffer[offset...])
                let count = Glibc.send(number, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else { throw BenchmarkError.system("cannot write to a socket") }
                offset += count
            }
        }
    }

    /// Waits until one of the descriptors is readable, or until `deadline`.
    static func waitUntilReadable(_ descriptors: [Descriptor], until deadline: ContinuousClock.Instant) throws {
        let rest = max(.zero, ContinuousClock.now.duration(to: deadline))
        var entries = descriptors.map { pollfd(fd: $0.number, events: Int16(POLLIN), revents: 0) }
        guard poll(&entries, nfds_t(entries.count), Int32(rest / .milliseconds(1)) + 1) >= 0 || errno == EINTR else {
            throw BenchmarkError.system("cannot wait for what happens next")
        }
    }
}
