import ArgumentParser
import Foundation

/// Measures the program `servicelet proxy` from outside, on one machine, without a cluster.
@main
struct Benchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "benchmark", abstract: "Measures servicelet proxy in network namespaces of its own. Needs root.",
        discussion: """
            README.md says what each figure means. The exit status tells whether everything could be measured, not
            whether it was fast.
            """)

    @Option(help: "What to measure: nftables, iptables or userspace.")
    var mode = Mode.nftables

    @Flag(help: "Measure servicelet dns, with dnsperf, in place of a mode of the proxy.")
    var dns = false

    @Flag(help: "Measure the first packet of a connection, beside kube-proxy's rules, in place of programming.")
    var firstPacket = false

    @Flag(help: "Measure servicelet apiserver in place of a mode of the proxy.")
    var api = false

    @Flag(help: "Measure servicelet controller, on an API server of its own, in place of a mode of the proxy.")
    var controllers = false

    @Flag(help: "Measure servicelet explain and check beside a mode of the proxy, in place of programming.")
    var explain = false

    @Option(
        help: "The sizes, such as 10x3,1000x10+affinity: Services x endpoints of each. (default: those of the mode)")
    var sizes: String?

    @Option(help: "The program to measure.")
    var binary = ".build/release-static/servicelet"

    @Option(help: "A file to which to write the figures too.")
    var json: String?

    func run() throws {
        let load = Machine.load
        let program = URL(fileURLWithPath: binary).path
        guard access(program, X_OK) == 0 else {
            throw ValidationError(
                "\(program) is not a program; build it with `make release`, or name another: --binary")
        }
        if dns { return print(try DNSBenchmark(binary: program).run()) }
        if firstPacket { return print(try FirstPacketBenchmark(binary: program).run()) }
        if api { return print(try APIBenchmark(binary: program).run()) }
        if controllers { return print(try ControllerBenchmark(binary: program).run()) }
        if explain {
            for size in try sizes == nil ? [.wide] : chosenSizes() {
                print(try ExplainBenchmark(cluster: Cluster(size: size), binary: program, mode: mode).run())
            }
            return
        }
        if mode == .userspace { return print(try TrafficBenchmark(binary: program).run()) }
        var results: [Result] = []
        for size in try chosenSizes() {
            FileHandle.standardError.write(Data("measuring \(size) …\n".utf8))
            results.append(try SizeBenchmark(cluster: Cluster(size: size), binary: program, mode: mode).run())
        }
        let report = Report(machine: try Machine(loadBefore: load), mode: mode, results: results)
        print(report.text)
        if let json { try report.write(to: json) }
    }

    private func chosenSizes() throws -> [Size] {
        guard let sizes else { return mode.sizes }
        return try sizes.split(separator: ",").map { text in
            guard let size = Size(argument: String(text)) else {
                throw ValidationError("\(text) is no size; write it like 5000x42 or 1000x10+affinity")
            }
            return size
        }
    }
}
