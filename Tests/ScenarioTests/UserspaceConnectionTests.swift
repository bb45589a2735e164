import Foundation
import LabKit
import Testing

/// Long-lived connections in the mode that carries them itself.
@Suite("Long-lived connections in userspace mode", .serialized)
struct UserspaceConnectionTests {
    @Test("a stopping proxy keeps serving until its last connection has ended")
    func drain() async throws {
        let lab = try await EchoLab()
        let early = try await lab.open(3)
        lab.proxy.signal(SIGTERM)
        try await eventually("it says what it waits for") { lab.proxy.log.contains("3 connections open") }
        let late = try await lab.open(2)
        #expect(try await lab.check(early) == 3)
        #expect(try await lab.check(late) == 2)
        try await lab.proxy.end()
        #expect(!lab.proxy.log.contains("cut off"))
    }

    @Test("while a proxy waits for its connections to end, the next one may take over")
    func takeover() async throws {
        let lab = try await EchoLab()
        let first = lab.proxy
        let early = try await lab.open(2)
        first.signal(SIGTERM)
        try await eventually("it says what it waits for") { first.log.contains("2 connections open") }
        try await lab.startAgain()
        try await eventually("it has handed over") { first.log.contains("this one ends with its last connection") }
        let late = try await lab.open(2)
        #expect(try await lab.check(early) == 2)
        try await first.end()
        #expect(try await lab.check(late) == 2)
        try await lab.proxy.stop()
    }

    @Test("a second signal ends the proxy at once")
    func impatience() async throws {
        let lab = try await EchoLab()
        let client = try await lab.open(1)
        lab.proxy.signal(SIGTERM)
        try await eventually("it says what it waits for") { lab.proxy.log.contains("1 connection open") }
        try await lab.proxy.terminateNow()
        #expect(try await lab.check(client) == 0)
    }

    @Test("an idle connection costs two files and little memory")
    func idle() async throws {
        let lab = try await EchoLab()
        let count = 400
        let warm = try await lab.open(50)
        #expect(try await lab.check(warm) == 50)
        let process = try await lab.process()
        var growth: [Int] = []
        var clients: [ChildProcess] = []
        // A page for each would be far too much. Once the process may do something else that needs memory: it checks
        // its node soon after its start.
        while growth.count < 3, growth.allSatisfy({ $0 >= count * 4096 }) {
            let before = try Usage(process)
            clients.append(try await lab.open(count))
            let after = try Usage(process)
            #expect(after.files - before.files <= 2 * count + 8)
            growth.append(after.memory - before.memory)
        }
        #expect(growth.contains { $0 < count * 4096 }, "\(growth)")
        for client in clients { #expect(try await lab.check(client) == count) }
        try await lab.proxy.stop()
    }

    @Test("if no local port is free for an endpoint, clients are reset and the log says what to do")
    func portShortage() async throws {
        let lab = try await EchoLab()
        try await lab.cluster.node.set("net/ipv4/ip_local_port_range", to: "50000 50003")
        let client = try await lab.open(4)
        #expect(try await lab.cluster.pod.connect(to: EchoLab.frontend).server == nil)
        try await eventually("the log says so") { lab.proxy.log.contains("widen net.ipv4.ip_local_port_range") }
        #expect(try await lab.check(client) == 4)
        try await lab.proxy.stop()
    }

    private func eventually(_ what: String, _ condition: () -> Bool) async throws {
        let deadline = ContinuousClock.now + .patience
        while !condition() {
            try #require(ContinuousClock.now < deadline, "not in time: \(what)")
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    /// A process's current resources.
    private struct Usage {
        var files: Int
        /// Private memory in bytes (RssAnon, proc(5)).
        var memory: Int

        init(_ process: Int) throws {
            files = try Self.entries("/proc/\(process)/fd")
            let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
            let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") })
            let kilobytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }
            memory = try #require(kilobytes) * 1024
        }

        /// The number of a folder's entries, some of which may be disappearing: FileManager would examine each.
        private static func entries(_ path: String) throws -> Int {
            let folder = try #require(opendir(path), "\(path): \(String(cString: strerror(errno)))")
            defer { closedir(folder) }
            var count = 0
            while readdir(folder) != nil { count += 1 }
            return count
        }
    }
}

extension EchoLab {
    /// The proxy's process id.
    fileprivate func process() async throws -> Int {
        // The health endpoint is the process's own.
        let line = try await cluster.node.run("ss", "-H", "-ltnp", "sport = :10256")
        let number = line.firstMatch(of: #/pid=(\d+)/#)?.output.1
        return try #require(number.flatMap { Int($0) }, "\(line)")
    }
}
