import InternetAddresses
import KubernetesAPI
import ServiceRouting
import UserspaceProxy

/// Which clients stay with which endpoints, as lines of text for the next process. A pure conversion
/// in both directions.
///
///     affinity TCP IPv4 default web http cluster
///     client 10.244.0.9 10.244.1.5 8080 1500
///
/// An empty port name is written as `-`, which is not a valid name. The last number is the age in milliseconds.
enum AffinityText {
    /// The lists of endpoints of one Service port.
    enum List: String, Sendable, Hashable {
        case cluster
        case local
    }

    /// One list of endpoints, for one IP family.
    struct Key: Sendable, Hashable {
        var route: RouteKey
        var list: List
    }

    typealias Table = [Key: [Balancer.Affinity]]

    static func lines(_ key: Key, _ affinities: [Balancer.Affinity]) -> [String] {
        let name = key.route.name
        let words = [
            "affinity", "\(name.transport)", "\(key.route.family)", name.service.namespace, name.service.name,
            name.port.isEmpty ? "-" : name.port, key.list.rawValue,
        ]
        return [words.joined(separator: " ")]
            + affinities.map { "client \($0.client) \($0.endpoint.address) \($0.endpoint.port) \($0.age)" }
    }

    /// Whether a message begins with such a line.
    static func begins(_ text: String) -> Bool { text.hasPrefix("affinity ") }

    /// Adds the lines to a table, skipping lines of other kinds.
    static func read(_ lines: some Sequence<Substring>, into table: inout Table) {
        var key: Key?
        for line in lines {
            let words = line.split(separator: " ")
            switch words.first {
            case "affinity": key = self.key(words)
            case "client":
                guard let key, let affinity = affinity(words) else { continue }
                table[key, default: []].append(affinity)
            default: key = nil
            }
        }
    }

    private static func key(_ words: [Substring]) -> Key? {
        guard words.count == 7, let transport = TransportProtocol(String(words[1])),
            let family = IPFamily.allCases.first(where: { "\($0)" == words[2] }),
            let list = List(rawValue: String(words[6]))
        else { return nil }
        let name = ServicePortName(
            service: NamespacedName(namespace: String(words[3]), name: String(words[4])),
            port: words[5] == "-" ? "" : String(words[5]), transport: transport)
        return Key(route: RouteKey(name: name, family: family), list: list)
    }

    private static func affinity(_ words: [Substring]) -> Balancer.Affinity? {
        guard words.count == 5, let client = IPAddress(String(words[1])), let endpoint = IPAddress(String(words[2])),
            let port = UInt16(words[3]), let age = UInt64(words[4])
        else { return nil }
        return Balancer.Affinity(client: client, endpoint: RelayAddress(endpoint, port), age: age)
    }
}
