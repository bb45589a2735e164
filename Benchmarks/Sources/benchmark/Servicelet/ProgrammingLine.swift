/// The program's log line about one programming:
/// `programmed 5,000 Services with 210,000 endpoints (211,000 messages, 12.4 MB) in 0.31 s`.
struct ProgrammingLine {
    /// `programmed default/web:http: 3 endpoints`, `removed default/web:http`
    var what: String
    /// From the objects to the kernel.
    var seconds: Double
    /// Sent to the kernel; 0 if it already held everything.
    var messages = 0
    /// As precise as the line is.
    var bytes = 0

    /// `nil` for any other line. Single changes are logged at `-v 2`.
    init?(_ line: String) {
        let pattern =
            #/
            (?:info|debug)\ (?<what>(?:programmed|removed)\ .+)\ \((?<cost>[^()]+)\)
            \ in\ (?<time>[0-9.]+)\ (?<unit>m?s)$
            /#
        guard let match = line.firstMatch(of: pattern), let time = Double(match.time) else { return nil }
        what = String(match.what)
        seconds = match.unit == "ms" ? time / 1000 : time
        let cost = match.cost.filter { $0 != "," }.split(separator: " ")
        guard cost.count == 4, cost[1].hasPrefix("message"), let messages = Int(cost[0]), let size = Double(cost[2])
        else { return }
        self.messages = messages
        let units: [Substring: Double] = ["B": 1, "kB": 1e3, "MB": 1e6]
        bytes = Int(size * (units[cost[3]] ?? 1))
    }

    /// Whether everything of a cluster was programmed.
    func isAll(of size: Size) -> Bool {
        what == "programmed \(Self.count(size.services, "Service")) with \(Self.count(size.endpoints, "endpoint"))"
    }

    /// Whether a Service port was programmed with this many endpoints.
    func tells(of port: String, endpoints: Int) -> Bool {
        what == "programmed \(port): \(Self.count(endpoints, "endpoint"))"
    }

    func tellsRemoval(of port: String) -> Bool {
        what == "removed \(port)"
    }

    private static func count(_ number: Int, _ noun: String) -> String {
        "\(Figures.grouped(number)) \(noun)\(number == 1 ? "" : "s")"
    }
}
