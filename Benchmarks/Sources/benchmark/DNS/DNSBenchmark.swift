import CBenchmark
import Foundation

/// Measures `servicelet dns` with dnsperf, in a separate network namespace: 5,000 Services, served by this
/// program's API server.
struct DNSBenchmark {
    private static let port = 5355
    private static let echoPort = 5356
    private static let seconds = 10

    let binary: String
    let size = Size(services: 5000, endpointsPerService: 1)

    func run() throws -> String {
        try NetworkNamespace.enter()
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
        let probe = try DNSProbe(port: Self.port)
        let first = try probe.waitForAnswer(
            to: DNSQueries.name(ofService: size.services - 1), deadline: .now + .seconds(60), pause: 500)
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
        guard CBenchmark_echo(UInt16(Self.echoPort)) == 0 else {
            throw BenchmarkError.system("cannot serve on port \(Self.echoPort)")
        }
        let echo = try DNSPerformance.run(
            queries: queries, port: Self.echoPort, arguments: ["-l", "\(Self.seconds)", "-c", "20", "-Q", "2000", "-v"])
        let changes = Samples(try (0..<100).map { try change($0, cluster, server, probe) })
        let flips = Samples(try (0..<200).map { try flip($0, cluster, server, probe) })
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
            ("  of a program that only echoes: median", Figures.time(echo.latency(0.5))),
            ("  99 of 100 within", Figures.time(echo.latency(0.99))),
            ("a Service added, until it is answered: median", Figures.time(changes.median)),
            ("  99 of 100 within", Figures.time(changes.percentile(99))),
            ("an endpoint flips, until it is answered: median", Figures.time(flips.median)),
            ("  99 of 100 within", Figures.time(flips.percentile(99))),
            ("memory: settled", Figures.size(settled.memory)),
            ("  without program pages", Figures.size(settled.ownMemory)),
            ("  peak", Figures.size(last.peakMemory)),
        ]
        let bars = [
            Bar(name: "start to the first right answer", value: start / .seconds(1), limit: .time(0.15)),
            Bar(
                name: "processor time for 100,000 answers",
                value: (after.processorTime - before) / Double(full.completed) * 100_000, limit: .time(1.5)),
            Bar(name: "at 2,000 queries per second, 99 of 100", value: gentle.latency(0.99), limit: .time(0.0007)),
            Bar(name: "a Service added, 99 of 100", value: changes.percentile(99), limit: .time(0.005)),
            Bar(name: "an endpoint flips, 99 of 100", value: flips.percentile(99), limit: .time(0.005)),
            Bar(name: "memory", value: Double(last.peakMemory), limit: .size(40_000_000)),
        ]
        let width = rows.map(\.0.count).max() ?? 0
        let table = rows.map { $0.0.padding(toLength: width + 2, withPad: " ", startingAt: 0) + $0.1 }
        return
            (["servicelet dns, \(size.services) Services: 60 % A, 20 % AAAA, 15 % search path, 5 % SRV", ""] + table
            + [""] + bars.map(\.text) + ["", Self.reference]).joined(separator: "\n")
    }

    /// From the event of a new Service until its name has an address.
    private func change(
        _ number: Int, _ cluster: Cluster, _ server: APIServer, _ probe: DNSProbe
    ) throws -> Duration {
        let index = size.services + number
        let sent = try server.send(cluster.service(index, .added), to: .services)
        let answered = try probe.waitForAnswer(
            to: DNSQueries.name(ofService: index), deadline: sent + .seconds(10), pause: 50)
        Thread.sleep(forTimeInterval: 0.005)
        return sent.duration(to: answered)
    }

    /// From the event of an endpoint becoming unready, or ready again, until its own name is answered accordingly.
    private func flip(
        _ number: Int, _ cluster: Cluster, _ server: APIServer, _ probe: DNSProbe
    ) throws -> Duration {
        let (service, isReady) = (number / 2, !number.isMultiple(of: 2))
        let name = DNSQueries.name(
            ofEndpointAt: cluster.address(ofEndpoint: 0, of: service), of: service)
        let event = cluster.flip(
            endpoint: 0, of: service, isReady: isReady, resourceVersion: ObjectWriter.resourceVersion + number + 1)
        let sent = try server.send(event, to: .endpointSlices)
        let answered = try probe.waitForAnswer(
            to: name, isReady ? .address : .noName, deadline: sent + .seconds(10), pause: 50)
        Thread.sleep(forTimeInterval: 0.005)
        return sent.duration(to: answered)
    }

    private static let reference = """
        For comparison, CoreDNS 1.13.1 on two cores: 35,000 to 39,600 queries per second, 3.7 s of processor time for
        100,000 answers (2.7 to 3.0 s with its cache), 99 of 100 within 0.5 to 0.7 ms, 115 to 150 MB, 0.45 s to the
        first answer.
        """
}
