import ChildProcesses
import DaemonKit
import Foundation
import LabKit
import Testing

@Suite("A daemon", .timeLimit(.minutes(10)))
struct DaemonTests {
    /// Starts the fixture and waits until it has printed all of `lines`.
    func start(_ arguments: String..., until lines: String...) async throws -> ChildProcess {
        let namespace = try await NetworkNamespace(name: "daemon")
        let beside = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let path = URL(filePath: beside).deletingLastPathComponent().appending(path: "daemon-fixture").path
        let process = try await namespace.spawn([path] + arguments)
        for line in lines { try await wait(for: line, from: process) }
        return process
    }

    func wait(for line: String, from process: ChildProcess) async throws {
        while !process.output.contains("\(line)\n") {
            try #require(process.poll() == nil, "ended without “\(line)”: \(process.output)\(process.errors)")
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    @Test("ends its parts on a signal, the last one first, and then exits", arguments: [SIGTERM, SIGINT])
    func signal(number: Int32) async throws {
        let process = try await start(until: "first begins", "second begins", "brief ends")
        process.signal(number)
        #expect(try await process.exit(within: .patience) == .code(0))
        #expect(process.output.hasSuffix("second ends\nfirst ends\nall parts have ended\n"), "\(process.output)")
    }

    @Test("exits at once on a second signal, whatever its parts do", arguments: [SIGTERM, SIGINT])
    func secondSignal(number: Int32) async throws {
        let process = try await start("stubborn", until: "first begins", "third begins")
        process.signal(SIGTERM)
        try await wait(for: "third does not end", from: process)
        process.signal(number)
        #expect(try await process.exit(within: .patience) == .signal(SIGTERM))
        #expect(!process.output.contains("all parts have ended"))
    }

    @Test("ends with the error of a part, and cancels the others")
    func failure() async throws {
        let process = try await start("broken")
        let exit = try await process.exit(within: .patience)
        #expect(exit != .code(0))
        #expect(process.errors.contains("Broken"))
        #expect(!process.output.contains("all parts have ended"))
    }

    @Test("ends when its task is cancelled")
    func cancellation() async {
        let (started, continuation) = AsyncStream.makeStream(of: Void.self)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                _ = try? await Daemon.run([
                    Daemon.Part("only") {
                        continuation.finish()
                        try await Task.sleep(for: .seconds(600))
                    }
                ])
            }
            for await _ in started {}
            group.cancelAll()
        }
    }
}
