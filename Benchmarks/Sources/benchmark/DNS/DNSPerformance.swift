import Foundation

/// One run of dnsperf.
struct DNSPerformance {
    var completed = 0
    var lost = 0
    var rate = 0.0
    /// Seconds, ascending; only if dnsperf writes each.
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
