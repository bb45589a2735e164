import DNSMessages
package import Diagnosis
import Glibc
package import InternetAddresses

/// Queries DNS servers as a client does, over UDP.
package enum DNSProbe {
    /// After this time without an answer, a question is repeated, as resolvers do: datagrams can be lost.
    private static let interval = Duration.milliseconds(200)

    /// Queries `server` for the addresses of a name, both families concurrently. Blocks for at most `timeout`.
    package static func ask(
        _ name: String, server: IPAddress, port: UInt16 = 53, families: [IPFamily] = [.ipv4],
        timeout: Duration = .milliseconds(600)
    ) -> DNSFacts.Reply {
        let place = server.family == .ipv6 ? "[\(server)]:\(port)" : "\(server):\(port)"
        func reply(_ outcome: DNSFacts.Outcome) -> DNSFacts.Reply {
            DNSFacts.Reply(name: name, server: place, outcome: outcome)
        }
        guard let domain = DomainName(name) else { return reply(.code("it is not a domain name")) }
        let deadline = ContinuousClock.now + timeout
        let target = SocketAddress(server, port: port)
        guard let socket = Socket(target.family, SOCK_DGRAM) else { return reply(.unreachable(systemMessage(errno))) }
        let failure = socket.connect(to: target)
        guard failure == 0 else { return reply(.unreachable(systemMessage(failure))) }
        var waiting: [UInt16: [UInt8]] = [:]
        for family in families {
            let identifier = UInt16.random(in: 1...UInt16.max)
            let question = DNSMessages.Question(name: domain, type: family == .ipv4 ? .a : .aaaa)
            waiting[identifier] = QueryWriter.message(
                question, identifier: identifier, flags: [.recursionDesired], edns: Query.EDNS(size: 1232))
        }
        var next = ContinuousClock.now
        var addresses: [IPAddress] = []
        var code: String?
        while !waiting.isEmpty {
            if next <= .now {
                next = .now + interval
                for message in waiting.values
                where send(socket.number, message, message.count, Int32(MSG_NOSIGNAL)) != message.count {
                    return reply(.unreachable(systemMessage(errno)))
                }
            }
            guard socket.wait(for: Int32(POLLIN), until: min(next, deadline)) else {
                if deadline <= .now { return reply(.silent) }
                continue
            }
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = recv(socket.number, &buffer, buffer.count, 0)
            guard count >= 0 else { return reply(.unreachable(systemMessage(errno))) }
            do throws(DNSMessageError) {
                let reader = try ResponseReader(Array(buffer.prefix(count)))
                guard waiting.removeValue(forKey: reader.identifier) != nil else {
                    // However many others come, the wait ends.
                    if deadline <= .now { return reply(.silent) }
                    continue
                }
                if reader.response.code != .noError { code = "\(reader.response.code)" }
                addresses += reader.response.answer.filter { $0.type == .a || $0.type == .aaaa }
                    .compactMap { IPAddress(networkBytes: $0.data) }
            } catch {
                return reply(.code("an answer that cannot be read: \(error)"))
            }
        }
        if addresses.isEmpty, let code { return reply(.code(code)) }
        return reply(.addresses(addresses.sorted()))
    }

    /// The contents of a file like /etc/resolv.conf; `nil` if it cannot be read.
    package static func resolver(_ path: String) -> DNSFacts.Resolver? {
        guard let text = SystemFile.text(path) else { return nil }
        var resolver = DNSFacts.Resolver(path: path, servers: [], search: [], ndots: 1)
        for line in text.split(separator: "\n") {
            let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
            switch words.first {
            case "nameserver": resolver.servers += words.dropFirst().prefix(1).compactMap { IPAddress($0) }
            case "search", "domain": resolver.search = words.dropFirst().map { $0.lowercased() }
            case "options":
                for option in words.dropFirst() where option.hasPrefix("ndots:") {
                    resolver.ndots = Int(option.dropFirst(6)) ?? resolver.ndots
                }
            default: break
            }
        }
        return resolver
    }
}
