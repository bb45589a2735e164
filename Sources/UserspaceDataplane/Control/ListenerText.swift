import Dataplane
import InternetAddresses
import ServiceRouting
import UserspaceProxy

/// Listeners as lines of text, for another process. A pure conversion in both directions.
///
///     listener TCP IPv4 10.96.0.5 80 redirected:41234
///     inside 10.244.0.5 8080
///     outside refuse
enum ListenerText {
    /// A listener without its socket.
    struct Entry: Sendable, Hashable {
        var frontend: InspectedFrontend
        /// The port of the proxy that connections are redirected to; `nil` if they arrive at the frontend's own.
        var redirectPort: UInt16?

        var isRedirected: Bool { redirectPort != nil }
    }

    /// The last line: what comes before it is complete.
    static let end = "end"

    static func lines(_ entry: Entry) -> [String] {
        let place = entry.frontend.place
        let address = place.address.map { "\($0)" } ?? "*"
        let arrival = entry.redirectPort.map { "redirected:\($0)" } ?? "direct"
        return ["listener \(place.transport) \(place.family) \(address) \(place.port) \(arrival)"]
            + lines("inside", entry.frontend.inside) + lines("outside", entry.frontend.outside)
    }

    private static func lines(_ side: String, _ destination: InspectedFrontend.Destination) -> [String] {
        switch destination {
        case .refuse: ["\(side) refuse"]
        case .drop: ["\(side) drop"]
        case .backends(let backends): backends.sorted().map { "\(side) \($0.address) \($0.port)" }
        }
    }

    /// Reads the lines; `nil` if they are of another kind.
    static func read(_ lines: some Sequence<Substring>) -> [Entry]? {
        var entries: [Entry] = []
        for line in lines {
            let words = line.split(separator: " ")
            switch words.first {
            case "listener":
                guard let entry = entry(words) else { return nil }
                entries.append(entry)
            case "inside", "outside":
                guard !entries.isEmpty, let destination = destination(words) else { return nil }
                let isInside = words[0] == "inside"
                let path = isInside ? \InspectedFrontend.inside : \InspectedFrontend.outside
                let known = entries[entries.count - 1].frontend[keyPath: path]
                entries[entries.count - 1].frontend[keyPath: path] = known.joined(with: destination)
            default: return nil
            }
        }
        return entries
    }

    private static func entry(_ words: [Substring]) -> Entry? {
        guard words.count == 6, let transport = TransportProtocol(String(words[1])),
            let family = IPFamily.allCases.first(where: { "\($0)" == words[2] }), let own = UInt16(words[4])
        else { return nil }
        let address = IPAddress(String(words[3]))
        guard address != nil || words[3] == "*" else { return nil }
        let port = words[5].split(separator: ":").last.flatMap { UInt16($0) }
        guard words[5] == "direct" || port != nil && words[5].hasPrefix("redirected:") else { return nil }
        let place = InspectedFrontend.Place(address: address, family: family, port: own, transport: transport)
        return Entry(
            frontend: InspectedFrontend(place, inside: .backends([]), outside: .backends([])),
            redirectPort: port)
    }

    private static func destination(_ words: [Substring]) -> InspectedFrontend.Destination? {
        if words.count == 2 { return words[1] == "refuse" ? .refuse : words[1] == "drop" ? .drop : nil }
        guard words.count == 3, let address = IPAddress(String(words[1])), let port = UInt16(words[2]) else {
            return nil
        }
        return .backends([Backend(address: address, port: port)])
    }
}

extension InspectedFrontend.Destination {
    fileprivate func joined(with other: Self) -> Self {
        guard case .backends(let mine) = self, case .backends(let others) = other else { return other }
        return .backends(mine.union(others))
    }
}

extension OpenListeners.Entry {
    var text: ListenerText.Entry {
        ListenerText.Entry(
            frontend: InspectedFrontend(plan.place, inside: inside, outside: outside),
            redirectPort: isRedirected ? socket.address.port : nil)
    }
}
