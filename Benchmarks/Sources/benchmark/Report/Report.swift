import Foundation

/// All measurements of one run.
struct Report: Codable {
    var machine: Machine
    var mode: Mode
    var results: [Result]

    /// Figures of other programs on such a machine, for comparison.
    private static let reference = """
        For comparison, 5000x42 on such a machine: kube-proxy 1.36.2 in nftables mode takes 4.8 s cold and 15.9 s for a
        restart, 3.2 s for one endpoint, and 344 to 645 MB; the kernel alone 0.13 to 0.19 s, and 4 µs for one element.
        """

    var text: String {
        let table = [machine.text, "", Table(results: results).text]
        guard mode == .nftables else { return table.joined(separator: "\n") }
        return (table + [""] + Bar.bars(for: results).map(\.text) + ["", Self.reference]).joined(separator: "\n")
    }

    func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(self).write(to: URL(fileURLWithPath: path))
    }
}

/// The origin of the figures.
struct Machine: Codable {
    var kernel: String
    var processors: Int
    /// The load of the last minute, before and after: other programs, and the benchmark itself.
    var loads: [Double]

    static var load: Double {
        var loads = [0.0]
        return getloadavg(&loads, 1) == 1 ? loads[0] : 0
    }

    init(loadBefore: Double) throws {
        kernel = try String(contentsOfFile: "/proc/sys/kernel/osrelease", encoding: .utf8).trimmingCharacters(
            in: .newlines)
        processors = ProcessInfo.processInfo.activeProcessorCount
        loads = [loadBefore, Self.load]
    }

    var text: String {
        let loads = loads.map { String(format: "%.1f", $0) }.joined(separator: ", after ")
        return "Linux \(kernel), \(processors) processors, load before \(loads)"
    }
}
