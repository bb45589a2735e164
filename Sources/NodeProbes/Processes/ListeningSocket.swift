import InternetAddresses

/// A socket that accepts connections or datagrams, from /proc/net/tcp and similar files.
struct ListeningSocket: Hashable {
    var address: IPAddress
    var port: UInt16
    var transport: TransportProtocol
    var inode: Int

    var text: String { address.family == .ipv6 ? "[\(address)]:\(port)" : "\(address):\(port)" }

    /// All of one network namespace; `folder` is its /proc/PID/net.
    static func all(in folder: String) -> [ListeningSocket] {
        let files: [(String, TransportProtocol)] = [("tcp", .tcp), ("tcp6", .tcp), ("udp", .udp), ("udp6", .udp)]
        return files.flatMap { name, transport in
            (SystemFile.text("\(folder)/\(name)") ?? "").split(separator: "\n").dropFirst().compactMap {
                ListeningSocket($0, transport)
            }
        }
    }

    /// ` 0: 0100007F:1F90 00000000:0000 0A …`; `nil` for a connected socket.
    init?(_ line: Substring, _ transport: TransportProtocol) {
        let words = line.split(separator: " ")
        // TCP_LISTEN, or for UDP TCP_CLOSE, from <net/tcp_states.h>.
        guard words.count > 9, words[3] == (transport == .tcp ? "0A" : "07"), let inode = Int(words[9]) else {
            return nil
        }
        let parts = words[1].split(separator: ":")
        guard parts.count == 2, let port = UInt16(parts[1], radix: 16), let address = Self.address(parts[0]) else {
            return nil
        }
        self.address = address
        self.port = port
        self.transport = transport
        self.inode = inode
    }

    /// 32-bit words in host order.
    private static func address(_ text: Substring) -> IPAddress? {
        var bytes: [UInt8] = []
        var rest = text
        while rest.count >= 8 {
            guard let word = UInt32(rest.prefix(8), radix: 16) else { return nil }
            withUnsafeBytes(of: word) { bytes += $0 }
            rest = rest.dropFirst(8)
        }
        return IPAddress(networkBytes: bytes)?.unmapped
    }
}

/// The addresses of a network namespace, from /proc/PID/net.
enum NamespaceAddresses {
    static func read(_ folder: String) -> Set<IPAddress> {
        var addresses: Set<IPAddress> = []
        // fib_trie: a line with an address, then one that says that it is local.
        var last: IPAddress?
        for line in (SystemFile.text("\(folder)/fib_trie") ?? "").split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.first == "|--", words.count > 1 {
                last = IPAddress(words[1])
            } else if words.first == "/32", words.contains("LOCAL"), let last {
                addresses.insert(last)
            }
        }
        for line in (SystemFile.text("\(folder)/if_inet6") ?? "").split(separator: "\n") {
            let digits = Array(line.prefix { $0 != " " }.utf8)
            guard digits.count == 32 else { continue }
            let bytes = stride(from: 0, to: 32, by: 2).compactMap {
                UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
            }
            if let address = IPAddress(networkBytes: bytes) { addresses.insert(address) }
        }
        return addresses.filter { !$0.isLoopback }
    }
}
