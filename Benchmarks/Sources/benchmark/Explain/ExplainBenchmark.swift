import Foundation

/// Measures how long `servicelet explain` of one Service and `servicelet check` of all take beside a proxy that has
/// programmed a cluster, in a network namespace of their own.
struct ExplainBenchmark {
    private static let patience = Duration.seconds(600)
    private static let rounds = 7

    let cluster: Cluster
    let binary: String
    let mode: Mode

    func run() throws -> String {
        try NetworkNamespace.enter()
        let server = try APIServer(cluster)
        defer { server.stop() }
        let size = cluster.size
        let proxy = try ServiceletProcess(
            binary: binary,
            arguments: [
                "proxy", "--master", "http://127.0.0.1:\(server.port)", "--proxy-mode", mode.rawValue,
                "--hostname-override", Cluster.nodeName, "--cluster-cidr", Cluster.podNetwork, "-v", "2",
                "--conntrack-max-per-core", "0", "--iptables-min-sync-period", "0s",
            ])
        _ = try proxy.wait(
            for: "all of \(size) is programmed", until: proxy.started + Self.patience, { $0.isAll(of: size) })
        let name = "\(ObjectWriter.namespace)/\(Cluster.name(ofService: size.services / 2))"
        let commands = [
            ("explain, by name", ["explain", name]),
            ("explain, by address", ["explain", "\(Cluster.address(ofService: size.services / 2)):80/tcp"]),
            ("explain, for clients outside", ["explain", name, "--from", "outside"]),
            ("check", ["check"]),
        ]
        var rows: [String] = []
        var bars: [Bar] = []
        for (title, arguments) in commands {
            let samples = Samples(try (0..<Self.rounds).map { _ in try time(arguments) })
            rows.append(
                title.padding(toLength: 32, withPad: " ", startingAt: 0)
                    + "\(Figures.time(samples.median)), at most \(Figures.time(samples.percentile(100)))")
            bars.append(Bar(name: title, value: samples.median, limit: .time(title == "check" ? 2 : 1)))
        }
        try proxy.stop()
        return (["servicelet explain, check: \(size), \(mode.rawValue) mode", ""] + rows + [""] + bars.map(\.text))
            .joined(separator: "\n")
    }

    /// From the start of the program to its end. What it says is looked at: a figure for a wrong answer is none.
    private func time(_ arguments: [String]) throws -> Duration {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: binary)
        process.arguments = arguments + ["-o", "json"]
        let pipe = Pipe()
        process.standardOutput = pipe
        let start = ContinuousClock.now
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let duration = start.duration(to: .now)
        let text = String(decoding: output, as: UTF8.self)
        // No pod runs here, so the way to the backends is broken; the kernel holds what it should.
        let isRight = text.contains("as decided") && !text.contains("\"frontendMissing\"")
        guard isRight else {
            throw BenchmarkError(
                code: .program, message: "servicelet \(arguments.joined(separator: " ")) said: \(text.prefix(2000))")
        }
        return duration
    }
}
