import CBenchmark
import Foundation

/// A running `servicelet proxy`, and its log.
///
/// It is killed with the thread that started it, and with this object.
final class ServiceletProcess {
    let log: Descriptor
    let started: ContinuousClock.Instant
    private let number: pid_t
    private var unfinished: [UInt8] = []
    private var lines: [String] = []
    /// For error messages.
    private var recent: [String] = []
    private var isRunning = true

    init(binary: String, arguments: [String]) throws {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw BenchmarkError.system("cannot make a pipe") }
        log = try Descriptor(ends[0], "make a pipe")
        let writeEnd = try Descriptor(ends[1], "make a pipe")
        _ = fcntl(log.number, F_SETFL, O_NONBLOCK)
        var argv = ([binary] + arguments).map { strdup($0) } + [nil]
        defer { for argument in argv { free(argument) } }
        started = .now
        number = CBenchmark_start(binary, &argv, writeEnd.number)
        guard number > 0 else { throw BenchmarkError.system("cannot start \(binary)") }
    }

    deinit {
        guard isRunning else { return }
        kill(number, SIGKILL)
        _ = CBenchmark_wait(number)
    }

    /// The next available line of the log. Throws if the process has ended.
    func nextLine() throws -> String? {
        if lines.isEmpty, try !readLog() {
            isRunning = false
            throw failure("it ended by itself (\(CBenchmark_wait(number)))")
        }
        return lines.isEmpty ? nil : lines.removeFirst()
    }

    /// Waits for a line about a programming that satisfies `condition`.
    func wait(
        for purpose: String, until deadline: ContinuousClock.Instant, _ condition: (ProgrammingLine) -> Bool
    ) throws -> ProgrammingLine {
        while true {
            while let line = try nextLine() {
                if let programming = ProgrammingLine(line), condition(programming) { return programming }
            }
            guard .now < deadline else { throw failure("it did not tell in time that \(purpose)") }
            try Descriptor.waitUntilReadable([log], until: deadline)
        }
    }

    /// Asks the process to exit, and waits for it.
    func stop() throws {
        kill(number, SIGTERM)
        let deadline = ContinuousClock.now + .seconds(10)
        // The log ends with the process.
        while try readLog() {
            guard .now < deadline else { throw failure("it did not end within 10 s of SIGTERM") }
            try Descriptor.waitUntilReadable([log], until: deadline)
        }
        isRunning = false
        let status = CBenchmark_wait(number)
        guard status == 0 else { throw failure("it ended with \(status) after SIGTERM") }
    }

    func usage() throws -> ProcessUsage { try ProcessUsage(of: number) }

    /// An error that quotes the end of the log.
    func failure(_ message: String) -> BenchmarkError {
        BenchmarkError(
            code: .program,
            message: (["servicelet: \(message); the last lines of its log:"] + recent).joined(separator: "\n  "))
    }

    /// Reads new output. Returns `false` at the end of the log.
    private func readLog() throws -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(log.number, &buffer, buffer.count)
            if count == 0 { return false }
            if count < 0 {
                if errno == EAGAIN { return true }
                if errno == EINTR { continue }
                throw BenchmarkError.system("cannot read the log of servicelet")
            }
            unfinished += buffer.prefix(count)
            while let end = unfinished.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: unfinished[..<end], as: UTF8.self)
                unfinished.removeSubrange(...end)
                lines.append(line)
                recent = recent.suffix(9) + [line]
            }
        }
    }
}
