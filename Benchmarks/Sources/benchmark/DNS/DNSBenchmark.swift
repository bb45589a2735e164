import CBenchmark
import Foundation

/// Measures `servicelet dns` with dnsperf, in a network namespace of its own: 5,000 Services, served by an API server of
/// this program.
struct DNSBenchmark {
    private static let port = 5355
    private static let seconds = 10

    let binary: String
    let size = Size(services: 5000, endpointsPerService: 1)

    func run() throws -> String {
        guard CBenchmark_enter_namespace() == 0 else {
            throw BenchmarkError.system("cannot make a network namespace (run it as root)")
        }
        let cluster = Cluster(size: size)
        let server = try APIServer(cluster)
        defer { server.stop() }
        let process = try ServiceletProcess(
            binary: binary,
            arguments: [
                "dns", "--master", "http://127.0.0.1:\(server.port)", "--bind-address", "127.0.0.1", "--port",
                "\(Self.port)", "--forward", "127.0.0.1:1", "--health-bind-address", "", "--ready-bind-address", "",
                "--metrics-bind-address", "",
            ])
        let first = try DNSProbe(port: Self.port).waitForAnswer(
            to: DNSQueries.name(ofService: size.services - 1), deadline: .now + .seconds(60))
        let start = first - process.started
        let queries = try DNSQueries(services: size.services).write()
        defer { unlink(queries) }

        let settled = try process.usage()
        let before = settled.processorTime
        let full = try DNSPerformance.run(
            queries: queries, port: Self.port, arguments: ["-l", "\(Self.seconds)", "-c", "20", "-T", "2", "-q", "200"])
        let after = try process.usage()
        let gentle = try DNSPerformance.run(
            queries: queries, port: Self.port,
            arguments: ["-l", "\(Self.seconds)", "-c", "20", "-Q", "2000", "-v"])
        let last = try process.usage()
        try process.stop()

        let rows: [(String, String)] = [
            ("start to the first right answer", "\(Figures.time(start / .seconds(1)))"),
            ("queries per second, at most", Figures.grouped(Int(full.rate))),
            ("  lost", "\(full.lost)"),
            (
                "processor time for 100,000 answers",
                String(
                    format: "%.2f s", (after.processorTime - before) / Double(full.completed) * 100_000)
            ),
            ("at 2,000 queries per second: median", Figures.time(gentle.latency(0.5))),
            ("  99 of 100 within", Figures.time(gentle.latency(0.99))),
            ("memory: settled", Figures.size(settled.memory)),
            ("  without program pages", Figures.size(settled.ownMemory)),
            ("  after the queries", Figures.size(last.memory)),
        ]
        let width = rows.map(\.0.count).max() ?? 0
        let table = rows.map { $0.0.padding(toLength: width + 2, withPad: " ", startingAt: 0) + $0.1 }
        return
            (["servicelet dns, \(size.services) Services: 60 % A, 20 % AAAA, 15 % search path, 5 % SRV", ""] + table)
            .joined(separator: "\n") + "\n\n" + Self.reference
    }

    private static let reference = """
        For comparison, CoreDNS 1.13.1 on two cores: 35,000 to 39,600 queries per second, 3.7 s of processor time for 100,000
        answers (2.7 to 3.0 s with its cache), 99 of 100 within 0.5 to 0.7 ms, 115 to 150 MB, 0.45 s to the first answer.
        """
}

/// What is asked: mostly addresses of Services, some search-path names that do not exist, some SRV records.
struct DNSQueries {
    let services: Int

    static func name(ofService index: Int) -> String {
        "\(Cluster.name(ofService: index)).\(ObjectWriter.namespace).svc.cluster.local"
    }

    /// Writes them as dnsperf reads them, and returns the path.
    func write() throws -> String {
        var lines = ""
        for index in 0..<20_000 {
            let name = Self.name(ofService: (index &* 7919) % services)
            switch index % 20 {
            case ..<12: lines += "\(name) A\n"
            case ..<16: lines += "\(name) AAAA\n"
            case ..<19: lines += "www.example.com.\(ObjectWriter.namespace).svc.cluster.local A\n"
            default: lines += "_http._tcp.\(name) SRV\n"
            }
        }
        let path = "/tmp/servicelet-queries-\(getpid())"
        try lines.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }
}

/// One run of dnsperf.
struct DNSPerformance {
    var completed = 0
    var lost = 0
    var rate = 0.0
    /// Seconds, ascending; only where dnsperf was told to write each.
    var latencies: [Double] = []

    func latency(_ part: Double) -> Double {
        latencies.isEmpty ? 0 : latencies[min(latencies.count - 1, Int(Double(latencies.count) * part))]
    }

    static func run(queries: String, port: Int, arguments: [String]) throws -> DNSPerformance {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["dnsperf", "-s", "127.0.0.1", "-p", "\(port)", "-d", queries] + arguments
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw BenchmarkError(code: .program, message: "dnsperf failed; install the Debian package dnsperf\n\(text)")
        }
        var result = DNSPerformance()
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if line.contains("Queries completed:") {
                result.completed = words.dropFirst(2).first.flatMap { Int($0) } ?? 0
            }
            if line.contains("Queries lost:") { result.lost = words.dropFirst(2).first.flatMap { Int($0) } ?? 0 }
            if line.contains("Queries per second:") { result.rate = words.last.flatMap { Double($0) } ?? 0 }
            if line.hasPrefix("> "), let seconds = words.last.flatMap({ Double($0) }) {
                result.latencies.append(seconds)
            }
        }
        result.latencies.sort()
        guard result.completed > 0 else {
            throw BenchmarkError(code: .program, message: "dnsperf got no answers:\n\(text)")
        }
        return result
    }
}

/// Asks for one name until it has an address.
struct DNSProbe {
    let port: Int

    func waitForAnswer(to name: String, deadline: ContinuousClock.Instant) throws -> ContinuousClock.Instant {
        let socket = try Descriptor(Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0), "make a socket")
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var timeout = timeval(tv_sec: 0, tv_usec: 2000)
        setsockopt(socket.number, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket.number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        var query: [UInt8] = [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
        for label in name.split(separator: ".") { query += [UInt8(label.utf8.count)] + label.utf8 }
        query += [0, 0, 1, 0, 1]
        var buffer = [UInt8](repeating: 0, count: 512)
        while ContinuousClock.now < deadline {
            _ = send(socket.number, query, query.count, 0)
            let count = recv(socket.number, &buffer, buffer.count, 0)
            // No error, and an answer.
            if count > 12, buffer[3] & 15 == 0, buffer[7] > 0 { return .now }
            usleep(500)
        }
        throw BenchmarkError(code: .program, message: "servicelet dns did not answer in time")
    }
}
