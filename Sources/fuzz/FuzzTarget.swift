import Conntrack
import DNSMessages
import InternetAddresses
import KubernetesAPI
import KubernetesObjects
import ManifestSource
import NFTables
import Netlink

/// A reader of external input. It may refuse any bytes, but must neither stop the process nor hang.
enum FuzzTarget: String, CaseIterable {
    /// Queries and responses of DNS.
    case dns
    /// Whole objects in JSON.
    case json
    /// Whole objects in YAML.
    case yaml
    /// Files of manifests.
    case manifest
    /// Lean objects, lists, events and refusals in protobuf and JSON, as an API server sends them.
    case wire
    /// The kernel's answers about tables and tracked connections.
    case netlink

    /// Passes the bytes to the reader. Aborts the process if the result is inconsistent.
    func feed(_ bytes: [UInt8]) {
        switch self {
        case .dns: Self.dns(bytes)
        case .json: Self.json(bytes)
        case .yaml: refusing { _ = try YAMLReader.parse(bytes) }
        case .manifest: _ = ManifestFile(bytes)
        case .wire: Self.wire(bytes)
        case .netlink: Self.netlink(bytes)
        }
    }

    private static func dns(_ bytes: [UInt8]) {
        var query = Query()
        var name = NameBuffer()
        _ = QueryReader.read(bytes.span, into: &query, name: &name)
        refusing {
            let reader = try ResponseReader(bytes)
            // A result can be written and read again.
            let written = MessageWriter.message(
                reader.response, to: reader.question, identifier: reader.identifier, flags: [], limit: 65535, edns: nil)
            _ = try ResponseReader(written)
        }
    }

    private static func json(_ bytes: [UInt8]) {
        refusing {
            let value = try JSONParser.parse(bytes)
            let again = try JSONParser.parse(JSONWriter.bytes(value))
            precondition(again == value, "JSON is not what was written")
        }
    }

    private static func wire(_ bytes: [UInt8]) {
        for format in [WireFormat.protobuf, .json] {
            for kind in ObjectKind.allCases {
                var interner = StringInterner()
                refusing { _ = try format.forEachObject(inList: bytes, of: kind, interner: &interner) { _ in } }
                refusing { _ = try format.readObject(bytes, of: kind) }
                refusing { _ = try format.readWatchEvent(bytes, of: kind) }
            }
            refusing { _ = try format.readStatus(bytes) }
        }
    }

    private static func netlink(_ bytes: [UInt8]) {
        let family: IPFamily = bytes.first.map { $0 & 1 == 0 } ?? true ? .ipv4 : .ipv6
        let table = Table(family: family, name: "servicelet")
        let answer = Array(bytes.dropFirst())
        var tables = NFTablesConnection(KernelAnswer(answer))
        refusing { _ = try tables.flags(of: table) }
        refusing { _ = try tables.chains(of: table) }
        refusing { _ = try tables.rules(of: table) }
        refusing { _ = try tables.sets(of: table, expected: KernelAnswer.sets) }
        refusing { _ = try tables.elementCount(of: "frontends", in: table) }
        refusing {
            try tables.forEachElement(of: "frontends", in: table) { element in
                var key = element.key
                _ = (key.address(family), key.transport(), key.port(), element.packets, element.comment)
            }
        }
        var connections = ConntrackConnection(KernelAnswer(answer))
        refusing { _ = try connections.entries(family, .udp) { _ in true } }
    }
}

/// Runs a reader, which may refuse its input.
private func refusing(_ read: () throws -> Void) {
    // Any error is acceptable, but not the end of the process.
    do { try read() } catch {}
}
