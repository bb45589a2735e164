import DNSMessages
import Foundation
import InternetAddresses
import KubernetesTestKit
import NFTables

/// The fuzzer's initial inputs.
extension FuzzTarget {
    /// Throws if a recording cannot be read.
    func seeds() throws -> [[UInt8]] {
        switch self {
        case .dns: Self.messages
        case .json: try Self.recordings { $0.pathExtension == "json" }
        case .yaml, .manifest: try Self.recordings { ["yaml", "json"].contains($0.pathExtension) }
        case .wire: try Self.recordings { ["pb", "json"].contains($0.pathExtension) }
        case .netlink: Self.batches
        }
    }

    /// Files small enough to be mutated in many places.
    private static func recordings(_ isWanted: (URL) -> Bool) throws -> [[UInt8]] {
        let folders = [Fixtures.scenarios, Fixtures.transcripts]
        let files = folders.flatMap { folder in
            FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL } ?? []
        }
        return try files.filter(isWanted).map { [UInt8](try Data(contentsOf: $0)) }.filter { $0.count < 16384 }
    }

    private static var messages: [[UInt8]] {
        let names = ["web.default.svc.cluster.local", "_http._tcp.web.default.svc.cluster.local", "."]
        let questions = names.compactMap { DomainName($0) }.flatMap { name in
            [RecordType.a, .srv, .ptr].map { Question(name: name, type: $0) }
        }
        return questions.flatMap { question in
            let record = ResourceRecord(
                name: question.name, type: question.type, ttl: 30, data: [0, 0, 0, 100, 0, 80] + question.name.wire)
            return [
                QueryWriter.message(question, flags: .recursionDesired, edns: Query.EDNS(size: 1232)),
                MessageWriter.message(
                    Response(answer: [record, record]), to: question, identifier: 1, flags: .recursionDesired,
                    limit: 512, edns: nil),
            ]
        }
    }

    /// Transactions: the kernel describes tables in the same format.
    private static var batches: [[UInt8]] {
        IPFamily.allCases.map { family in
            var connection = NFTablesConnection(KernelAnswer([]))
            let table = Table(family: family, name: "servicelet")
            var transaction = connection.begin()
            transaction.add(table)
            for set in KernelAnswer.sets { transaction.add(set, to: table) }
            let chain = Chain("prerouting", hook: Chain.Hook(.prerouting, priority: -100))
            transaction.add(chain, to: table)
            transaction.add(Rule(.isIn([.destinationAddress], set: "sources"), .masquerade), to: chain.name, of: table)
            transaction.addElement(to: "frontends", of: table) { element in
                element.key { key in
                    key.address(IPAddress(ipv4: 0x0A60_0001))
                    key.transport(.tcp)
                    key.port(80)
                }
                element.comment("default/web")
            }
            transaction.finishForReading()
            return [family == .ipv4 ? 0 : 1] + transaction.bytes
        }
    }
}
