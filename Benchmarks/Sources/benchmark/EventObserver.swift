import CBenchmark

/// Sends events to the watches, and observes when the kernel has committed what follows from them.
struct EventObserver {
    private static let patience = Duration.seconds(60)

    struct Event {
        /// From the server's write until the kernel's announcement of the last commit.
        var duration: Duration
        /// What the kernel was sent, by all commits together.
        var messages = 0
        var bytes = 0
    }

    private let process: ServiceletProcess
    private let server: APIServer
    private let kernel: NetlinkSocket

    /// From now on the kernel writes a message for each element that changes, so not before the cold start is over.
    init(process: ServiceletProcess, server: APIServer) throws {
        self.process = process
        self.server = server
        kernel = try NetlinkSocket()
        try kernel.join(NFNLGRP_NFTABLES)
    }

    /// Sends `frames`, and waits until the program tells of a programming of which `condition` is true.
    ///
    /// The program tells of it behind the commit, so the last commit before the line is the one that counts.
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
            // Read behind the log: what a line tells of has been announced before.
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
