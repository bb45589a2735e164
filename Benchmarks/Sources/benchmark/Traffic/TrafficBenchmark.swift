import CBenchmark
import Foundation

/// Measures userspace mode beside HAProxy, in one network namespace and in turns: connections, bytes, and what idle
/// connections cost.
struct TrafficBenchmark {
    static let serverPort: UInt16 = 9000
    static let serverAddress = "10.99.0.1"
    private static let rounds = 5
    private static let seconds = 2.0
    private static let clients: Int32 = 64
    private static let streams: Int32 = 8

    let binary: String

    /// What one proxy has done in one round.
    struct Sample {
        var perSecond: Double
        /// Seconds of processor time for each connection or byte.
        var processorTime: Double
        var failed: UInt64
    }

    func run() throws -> String {
        guard CBenchmark_enter_namespace() == 0 else {
            throw BenchmarkError.system("cannot make a network namespace (run it as root)")
        }
        try Self.execute("ip", "address", "add", "\(Self.serverAddress)/32", "dev", "lo")
        let load = Machine.load
        for port in [Self.serverPort, Self.serverPort + 1] {
            guard CBenchmark_serve(port) == 0 else { throw BenchmarkError.system("cannot serve on port \(port)") }
        }
        var rows: [[String]] = []
        let (ours, theirs) = (try ProxyUnderTest.servicelet(binary), try ProxyUnderTest.haproxy())
        rows += try compare("connections", ours, theirs, scale: 1e6, unit: "µs") { port in
            CBenchmark_connect(port, Self.clients, Self.seconds)
        }
        rows += try compare("bytes", ours, theirs, scale: 1e9, unit: "s/GB") { port in
            CBenchmark_receive(port, Self.streams, Self.seconds)
        }
        let idle = try idleConnections(ours, theirs)
        let machine = try Machine(loadBefore: load)
        try ours.process.stop()
        return ([machine.text, ""] + Self.table(rows) + [""] + idle).joined(separator: "\n")
    }

    /// In turns, so that what else runs on the machine hits both alike; medians and the median of the ratios.
    private func compare(
        _ what: String, _ ours: ProxyUnderTest, _ theirs: ProxyUnderTest, scale: Double, unit: String,
        _ traffic: (UInt16) -> CBenchmark_traffic
    ) throws -> [[String]] {
        var samples: [(Sample, Sample)] = []
        for round in 0..<Self.rounds {
            let first = try sample(round.isMultiple(of: 2) ? ours : theirs, traffic)
            let second = try sample(round.isMultiple(of: 2) ? theirs : ours, traffic)
            samples.append(round.isMultiple(of: 2) ? (first, second) : (second, first))
        }
        func row(_ name: String, _ value: (Sample) -> Double, _ format: (Double) -> String) -> [String] {
            let ratios = samples.map { value($0.0) / value($0.1) }
            return [
                name, format(Self.median(samples.map { value($0.0) })),
                format(Self.median(samples.map { value($0.1) })),
                String(format: "%.2f", Self.median(ratios)),
            ]
        }
        return [
            row("\(what) per second", { $0.perSecond }, { Figures.grouped(Int($0)) }),
            row("  processor time of each", { $0.processorTime }, { String(format: "%.2f \(unit)", $0 * scale) }),
            ["  failed", "\(samples.map(\.0.failed).reduce(0, +))", "\(samples.map(\.1.failed).reduce(0, +))", ""],
        ]
    }

    private func sample(_ proxy: ProxyUnderTest, _ traffic: (UInt16) -> CBenchmark_traffic) throws -> Sample {
        let before = try proxy.process.usage().processorTime
        let result = traffic(proxy.port)
        let used = try proxy.process.usage().processorTime - before
        return Sample(
            perSecond: Double(result.done) / result.seconds, processorTime: used / max(1, Double(result.done)),
            failed: result.failed)
    }

    /// As many as the limit of open files lets this program and the proxy have, up to 10,000.
    private func idleConnections(_ ours: ProxyUnderTest, _ theirs: ProxyUnderTest) throws -> [String] {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        // Each connection takes two files here, one of the client and one of the server, and two in the proxy, which
        // keeps a part of its own for other things.
        let count = min(10_000, Int(limit.rlim_cur) / 8 * 3 - 100)
        let before = try ours.process.usage()
        let open = CBenchmark_hold(ours.port, Int32(count))
        let after = try ours.process.usage()
        return [
            "\(Figures.grouped(Int(open))) idle connections: \(Figures.size(after.memory)) of memory, "
                + "\(Figures.size(before.memory)) before",
            "(HAProxy with none: \(Figures.size(try theirs.process.usage().memory)))",
        ]
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
