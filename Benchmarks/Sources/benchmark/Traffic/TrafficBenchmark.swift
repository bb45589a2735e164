import CBenchmark
import Foundation

/// Measures userspace mode against HAProxy, in turns in one network namespace: connections, bytes, and the cost
/// of idle connections.
struct TrafficBenchmark {
    static let serverPort: UInt16 = 9000
    static let serverAddress = "10.99.0.1"
    private static let rounds = 5
    private static let seconds = 2.0
    private static let clients: Int32 = 64
    private static let streams: Int32 = 8

    let binary: String

    /// The results of `servicelet` and HAProxy: lines of the table, and the comparison.
    struct Comparison {
        var rows: [[String]]
        var bars: [Bar]
    }

    /// The results of one proxy in one round.
    struct Sample {
        var perSecond: Double
        /// Seconds of processor time for each connection or byte.
        var processorTime: Double
        var failed: UInt64
    }

    func run() throws -> String {
        try NetworkNamespace.enter()
        try Self.execute("ip", "address", "add", "\(Self.serverAddress)/32", "dev", "lo")
        // Both proxies connect from one address to the same servers. With ports blocked for a minute after each
        // connection, the benchmark would soon measure only the search for a free one.
        try Self.set("tcp_tw_reuse", to: "1")
        try Self.set("ip_local_port_range", to: "1024 65535")
        let load = Machine.load
        for port in [Self.serverPort, Self.serverPort + 1] {
            guard CBenchmark_serve(port) == 0 else { throw BenchmarkError.system("cannot serve on port \(port)") }
        }
        let (ours, theirs) = (try ProxyUnderTest.servicelet(binary), try ProxyUnderTest.haproxy())
        let connections = try compare("connections", ours, theirs, scale: 1e6, unit: "µs") { port in
            CBenchmark_connect(port, Self.clients, Self.seconds)
        }
        let bytes = try compare("bytes", ours, theirs, scale: 1e9, unit: "s/GB") { port in
            CBenchmark_receive(port, Self.streams, Self.seconds)
        }
        let idle = try idleConnections(ours, theirs)
        let machine = try Machine(loadBefore: load)
        for proxy in [ours, theirs] { try proxy.stop() }
        let bars = connections.bars + bytes.bars + idle.bars
        return
            ([machine.text, ""] + Self.table(connections.rows + bytes.rows) + [""] + idle.lines + [""]
            + bars.map(\.text)).joined(separator: "\n")
    }

    /// In turns, so that what else runs on the machine hits both alike; medians and the median of the ratios.
    private func compare(
        _ what: String, _ ours: ProxyUnderTest, _ theirs: ProxyUnderTest, scale: Double, unit: String,
        _ traffic: (UInt16) -> CBenchmark_traffic
    ) throws -> Comparison {
        var samples: [(Sample, Sample)] = []
        for round in 0..<Self.rounds {
            let first = try sample(round.isMultiple(of: 2) ? ours : theirs, traffic)
            let second = try sample(round.isMultiple(of: 2) ? theirs : ours, traffic)
            samples.append(round.isMultiple(of: 2) ? (first, second) : (second, first))
        }
        func ratio(_ value: (Sample) -> Double) -> Double {
            Self.median(samples.map { value($0.0) / max(value($0.1), .leastNormalMagnitude) })
        }
        func row(_ name: String, _ value: (Sample) -> Double, _ format: (Double) -> String) -> [String] {
            [
                name, format(Self.median(samples.map { value($0.0) })),
                format(Self.median(samples.map { value($0.1) })),
                String(format: "%.2f", ratio(value)),
            ]
        }
        let rows = [
            row("\(what) per second", { $0.perSecond }, { Figures.grouped(Int($0)) }),
            row("  processor time of each", { $0.processorTime }, { String(format: "%.2f \(unit)", $0 * scale) }),
            ["  failed", "\(samples.map(\.0.failed).reduce(0, +))", "\(samples.map(\.1.failed).reduce(0, +))", ""],
        ]
        let bars = [
            Bar(name: "\(what) per second, against HAProxy", value: ratio { $0.perSecond }, limit: .atLeast(0.9)),
            Bar(
                name: "processor time for \(what), against HAProxy", value: ratio { $0.processorTime },
                limit: .atMost(1.1)),
        ]
        return Comparison(rows: rows, bars: bars)
    }

    private func sample(_ proxy: ProxyUnderTest, _ traffic: (UInt16) -> CBenchmark_traffic) throws -> Sample {
        let before = try proxy.process.usage().processorTime
        let result = traffic(proxy.port)
        let used = try proxy.process.usage().processorTime - before
        return Sample(
            perSecond: Double(result.done) / result.seconds, processorTime: used / max(1, Double(result.done)),
            failed: result.failed)
    }

    private static let idleConnections = 10_000

    /// As many as the limit of open files lets this program and the proxy have, up to 10,000.
    private func idleConnections(
        _ ours: ProxyUnderTest, _ theirs: ProxyUnderTest
    ) throws -> (lines: [String], bars: [Bar]) {
        // Each connection takes two files here, one of the client and one of the server, and two in the proxy, which
        // keeps a part of its own for other things.
        let count = min(Self.idleConnections, Self.openFiles() / 16 * 7 - 200)
        let before = try ours.process.usage()
        let open = Int(CBenchmark_hold(ours.port, Int32(count)))
        let after = try ours.process.usage()
        let each = (after.memory - before.memory) / max(1, open)
        var lines = [
            "\(Figures.grouped(open)) idle connections: \(Figures.size(after.memory)) of memory, "
                + "\(Figures.size(before.memory)) before, \(Figures.size(each)) each",
            "(HAProxy with none: \(Figures.size(try theirs.process.usage().memory)))",
        ]
        if open < Self.idleConnections {
            lines.append("more are not possible here: the limit of open files is \(Figures.grouped(Self.openFiles()))")
        }
        let bar = Bar(
            name: "memory with \(Figures.grouped(open)) idle connections", value: Double(after.memory),
            limit: .size(60_000_000))
        return (lines, [bar])
    }

    /// Raises the limit of open files as far as the system allows, and returns it.
    private static func openFiles() -> Int {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        let enough = rlim_t(1 << 16)
        var limit = rlimit()
        getrlimit(resource, &limit)
        // With CAP_SYS_RESOURCE the upper bound can be raised too.
        for bound in [max(enough, limit.rlim_max), limit.rlim_max] where limit.rlim_cur < enough {
            var wanted = rlimit(rlim_cur: min(bound, enough), rlim_max: bound)
            if setrlimit(resource, &wanted) == 0 { limit = wanted }
        }
        return Int(clamping: limit.rlim_cur)
    }

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    private static func table(_ rows: [[String]]) -> [String] {
        let all = [["", "servicelet", "HAProxy", "ratio"]] + rows
        let widths = (0..<4).map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            row.enumerated().map { $0.element.padding(toLength: widths[$0.offset] + 2, withPad: " ", startingAt: 0) }
                .joined()
        }
    }

    /// Sets net.ipv4.* of the namespace.
    private static func set(_ setting: String, to value: String) throws {
        try value.write(toFile: "/proc/sys/net/ipv4/\(setting)", atomically: false, encoding: .utf8)
    }

    static func execute(_ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw BenchmarkError(code: .program, message: "\(arguments.joined(separator: " ")) failed")
        }
    }
}
