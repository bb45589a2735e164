import Dataplane
import InternetAddresses
import ServiceRouting

/// Listeners as lines of text, for another process. A pure conversion in both directions.
///
///     listener TCP IPv4 10.96.0.5 80 redirected
///     inside 10.244.0.5 8080
///     outside refuse
enum ListenerText {
    /// A listener without its socket.
    struct Entry: Sendable, Hashable {
        var frontend: InspectedFrontend
        var isRedirected: Bool
    }

    static func lines(_ entry: Entry) -> [String] {
        let place = entry.frontend.place
        let address = place.address.map { "\($0)" } ?? "*"
        let arrival = entry.isRedirected ? "redirected" : "direct"
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
            let family = IPFamily.allCases.first(where: { "\($0)" == words[2] }), let port = UInt16(words[4])
        else { return nil }
        let address = IPAddress(String(words[3]))
        guard address != nil || words[3] == "*" else { return nil }
        let place = InspectedFrontend.Place(address: address, family: family, port: port, transport: transport)
        return Entry(
            frontend: InspectedFrontend(place, inside: .backends([]), outside: .backends([])),
            isRedirected: words[5] == "redirected")
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
            frontend: InspectedFrontend(plan.place, inside: inside, outside: outside), isRedirected: isRedirected)
    }
}
