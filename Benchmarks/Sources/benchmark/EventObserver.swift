import CBenchmark

/// Sends events to the watches, and observes when the kernel has committed the resulting changes.
struct EventObserver {
    private static let patience = Duration.seconds(60)

    struct Event {
        /// From the server's write until the kernel's announcement of the last commit.
        var duration: Duration
        /// The messages and bytes sent to the kernel, by all commits together.
        var messages = 0
        var bytes = 0
    }

    private let process: ServiceletProcess
    private let server: APIServer
    private let kernel: NetlinkSocket

    /// From now on the kernel writes a message for each changed element, so start only after the cold start.
    init(process: ServiceletProcess, server: APIServer) throws {
        self.process = process
        self.server = server
        kernel = try NetlinkSocket()
        try kernel.join(NFNLGRP_NFTABLES)
    }

    /// Sends `frames`, and waits until the program logs a programming that satisfies `condition`.
    ///
    /// The program logs it after the commit, so the last commit before the line counts.
    func send(
        _ frames: [(Resource, [UInt8])], waitingFor purpose: String, _ condition: (ProgrammingLine) -> Bool
    ) throws -> Event {
        while try process.nextLine() != nil {}
        _ = try kernel.announcedCommits()
        var start: ContinuousClock.Instant?
        for (resource, frames) in frames {
            let sent = try server.send(frames, to: resource)
            start = start ?? sent
        }
        let begin = start ?? .now
        var end: ContinuousClock.Instant?
        var event = Event(duration: .zero)
        while true {
            try Descriptor.waitUntilReadable([kernel.descriptor, process.log], until: begin + Self.patience)
            var isOver = false
            while let line = try process.nextLine() {
                guard let programming = ProgrammingLine(line) else { continue }
                event.messages += programming.messages
                event.bytes += programming.bytes
                isOver = isOver || condition(programming)
            }
            // Read after the log: the commits of a line have been announced before it.
            if try kernel.announcedCommits() > 0 { end = .now }
            if isOver {
                guard let end else {
                    throw process.failure("it told that \(purpose), but the kernel announced nothing")
                }
                event.duration = begin.duration(to: end)
                return event
            }
            guard .now < begin + Self.patience else { throw process.failure("it did not tell in time that \(purpose)") }
        }
    }
}
