import Glibc

/// Writes to a child and reads from it at the same time: otherwise both sides could wait for each other.
struct Conversation {
    let input: Descriptor
    let output: Descriptor
    let errors: Descriptor
    let text: [UInt8]
    private var written = 0
    private var errorBytes: [UInt8] = []
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)

    /// The most that is kept of standard error; the oldest goes first.
    private static let errorLimit = 1 << 14

    init(input: Descriptor, output: Descriptor, errors: Descriptor, text: [UInt8]) {
        self.input = input
        self.output = output
        self.errors = errors
        self.text = text
        if text.isEmpty { input.close() }
    }

    var errorText: String { String(decoding: errorBytes, as: UTF8.self) }

    /// Returns false if the deadline came before the child closed its output.
    mutating func run(until deadline: ContinuousClock.Instant, _ body: (UnsafeRawBufferPointer) -> Void) -> Bool {
        while output.number >= 0 || errors.number >= 0 {
            let rest = deadline - ContinuousClock.now
            guard rest > .zero else { return false }
            // Closed descriptors are negative, which poll ignores.
            var events = [
                pollfd(fd: input.number, events: Int16(POLLOUT), revents: 0),
                pollfd(fd: output.number, events: Int16(POLLIN), revents: 0),
                pollfd(fd: errors.number, events: Int16(POLLIN), revents: 0),
            ]
            let milliseconds = Int32(clamping: rest.components.seconds * 1000 + 1)
            guard poll(&events, nfds_t(events.count), min(milliseconds, 1000)) > 0 else { continue }
            if events[0].revents != 0 { write() }
            if events[1].revents != 0 { read(output, body) }
            if events[2].revents != 0 {
                var new: [UInt8] = []
                read(errors) { new += $0 }
                errorBytes = (errorBytes + new).suffix(Self.errorLimit)
            }
        }
        return true
    }

    private mutating func write() {
        let count = text.withUnsafeBytes { bytes in
            send(
                input.number, bytes.baseAddress.map { $0 + written }, bytes.count - written,
                Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        }
        if count > 0 { written += count }
        // A child that stops reading (EPIPE) says why on its standard error.
        if written == text.count || count < 0 && errno != EAGAIN && errno != EINTR { input.close() }
    }

    private mutating func read(_ descriptor: Descriptor, _ body: (UnsafeRawBufferPointer) -> Void) {
        buffer.withUnsafeMutableBytes { bytes in
            let count = Glibc.read(descriptor.number, bytes.baseAddress, bytes.count)
            if count > 0 {
                body(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            } else if count == 0 || errno != EINTR {
                descriptor.close()
            }
        }
    }
}
