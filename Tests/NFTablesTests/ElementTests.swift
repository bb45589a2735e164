import InternetAddresses
import LabKit
import NFTables
import Netlink
import Testing

/// Elements of sets and maps in the kernel. Needs root.
@Suite("Elements in the kernel", .serialized)
struct ElementTests {
    @Test("a verdict map keeps its verdicts and comments", arguments: IPFamily.allCases)
    func verdicts(family: IPFamily) async throws {
        let verdicts: [Verdict] = [.accept, .drop, .return, .jump("pick-1"), .goto("pick-2")]
        let namespace = try await Self.namespace(family)
        let read = try await namespace.tables { tables in
            try tables.change { transaction in
                for (index, verdict) in verdicts.enumerated() {
                    transaction.addElement(to: "services", of: family.table) { element in
                        element.key { $0.frontend(family.service(index + 1), .tcp, 80) }
                        element.verdict(verdict)
                        element.comment("default/web-\(index):http")
                    }
                }
            }
            var read: [String: Verdict] = [:]
            try tables.forEachElement(of: "services", in: family.table) { element in
                var key = element.key
                let name =
                    "\(key.address(family)) \(key.transport()?.description ?? "?") \(key.port()) \(element.comment)"
                read[name] = element.verdict
            }
            return read
        }
        for (index, verdict) in verdicts.enumerated() {
            #expect(read["\(family.service(index + 1)) TCP 80 default/web-\(index):http"] == verdict)
        }
        #expect(read.count == verdicts.count)
        let listed = try await namespace.nft("list map \(family.nftName) servicelet services").joined(separator: " ")
        for (index, verdict) in verdicts.enumerated() {
            let text = "\(family.service(index + 1)) . tcp . 80 comment \"default/web-\(index):http\" : \(verdict)"
            #expect(listed.contains(text), "\(text) in \(listed)")
        }
    }

    @Test("a map of fields keeps addresses, ports and numbers", arguments: IPFamily.allCases)
    func fields(family: IPFamily) async throws {
        let namespace = try await Self.namespace(family)
        let read = try await namespace.tables { tables in
            try tables.change { transaction in
                transaction.addElement(to: "endpoints", of: family.table) { element in
                    element.key { key in
                        key.frontend(family.service(5), .udp, 53)
                        key.number(40000)
                    }
                    element.data { data in
                        data.address(family.pod(7))
                        data.port(5353)
                    }
                }
                transaction.addElement(to: "classes", of: family.table) { element in
                    element.key { $0.frontend(family.service(5), .sctp, 65535) }
                    element.data { $0.number(0x0001_0002) }
                }
            }
            var read: [String] = []
            try tables.forEachElement(of: "endpoints", in: family.table) { element in
                var (key, data) = (element.key, element.data)
                read.append(
                    "\(key.address(family)) \(key.transport()?.description ?? "?") \(key.port()) \(key.number())")
                read.append(
                    "\(data.address(family)) \(data.port()) \(element.verdict == nil) \(element.comment.isEmpty)")
            }
            try tables.forEachElement(of: "classes", in: family.table) { element in
                var (key, data) = (element.key, element.data)
                read.append("\(key.address(family)) \(key.transport()?.description ?? "?") \(key.port())")
                read.append("\(data.number())")
            }
            return read
        }
        let service = family.service(5)
        #expect(
            read == ["\(service) UDP 53 40000", "\(family.pod(7)) 5353 true true", "\(service) SCTP 65535", "65538"])
        let listed = try await namespace.nft("list ruleset").joined(separator: " ")
        #expect(listed.contains("\(service) . udp . 53 . 40000 : \(family.pod(7)) . 5353"), "\(listed)")
        #expect(listed.contains("\(service) . sctp . 65535 : 1:2"), "\(listed)")
    }

    @Test("ranges over one field have a beginning and an end", arguments: IPFamily.allCases)
    func intervals(family: IPFamily) async throws {
        let namespace = try await Self.namespace(family)
        let read = try await namespace.tables { tables in
            try tables.change { transaction in
                transaction.addElement(to: "sources", of: family.table) { $0.key { $0.address(family.pod(0)) } }
                transaction.addElement(to: "sources", of: family.table) { element in
                    element.key { $0.address(family.pod(256)) }
                    element.endsInterval()
                }
            }
            var read: [String] = []
            try tables.forEachElement(of: "sources", in: family.table) { element in
                var key = element.key
                read.append("\(key.address(family)) \(element.endsInterval)")
            }
            return Set(read)
        }
        #expect(read.isSuperset(of: ["\(family.pod(0)) false", "\(family.pod(256)) true"]))
        let listed = try await namespace.nft("list set \(family.nftName) servicelet sources").joined(separator: " ")
        #expect(listed.contains("elements = { \(family.pod(0))/\(family.addressBits - 8) }"), "\(listed)")
    }

    @Test("ranges over a concatenation have a key and a key end", arguments: IPFamily.allCases)
    func concatenatedIntervals(family: IPFamily) async throws {
        let namespace = try await Self.namespace(family)
        let read = try await namespace.tables { tables in
            try tables.change { transaction in
                transaction.addElement(to: "guards", of: family.table) { element in
                    for end in [false, true] {
                        let fields: (inout FieldWriter) -> Void = { key in
                            key.frontend(family.service(1), .tcp, 443)
                            key.address(family.pod(end ? 255 : 0))
                        }
                        if end { element.keyEnd(fields) } else { element.key(fields) }
                    }
                }
            }
            var read: [String] = []
            try tables.forEachElement(of: "guards", in: family.table) { element in
                for var key in [element.key, element.keyEnd] {
                    let frontend = "\(key.address(family)) \(key.transport()?.description ?? "?") \(key.port())"
                    read.append("\(frontend) \(key.address(family))")
                }
            }
            return read
        }
        let frontend = "\(family.service(1)) TCP 443"
        #expect(read == ["\(frontend) \(family.pod(0))", "\(frontend) \(family.pod(255))"])
        let listed = try await namespace.nft("list set \(family.nftName) servicelet guards").joined(separator: " ")
        let network = "\(family.pod(0))/\(family.addressBits - 8)"
        #expect(listed.contains("\(family.service(1)) . tcp . 443 . \(network)"), "\(listed)")
    }

    @Test("elements added by nft are read, with their verdicts and comments", arguments: IPFamily.allCases)
    func foreignElements(family: IPFamily) async throws {
        let namespace = try await Self.namespace(family)
        let element = "{ \(family.service(9)) . udp . 53 comment \\\"by hand\\\" : goto pick-1 }"
        _ = try await namespace.nft("add element \(family.nftName) servicelet services \"\(element)\"")
        let read = try await namespace.tables { tables in
            var read: [String] = []
            try tables.forEachElement(of: "services", in: family.table) { element in
                var key = element.key
                let frontend = "\(key.address(family)) \(key.transport()?.description ?? "?") \(key.port())"
                read.append("\(frontend) \(element.comment) \(element.verdict?.description ?? "nothing")")
            }
            return read
        }
        #expect(read == ["\(family.service(9)) UDP 53 by hand goto pick-1"])
    }

    @Test("a long comment is cut to nft's limit, within a character if need be")
    func longComment() async throws {
        let family = IPFamily.ipv4
        let namespace = try await Self.namespace(family)
        let comments = try await namespace.tables { tables in
            try tables.change { transaction in
                for (index, text) in [String(repeating: "x", count: 300), String(repeating: "é", count: 64)]
                    .enumerated()
                {
                    transaction.addElement(to: "addresses", of: family.table) { element in
                        element.key { $0.address(family.service(index)) }
                        element.comment(text)
                    }
                }
            }
            var comments: Set<Int> = []
            try tables.forEachElement(of: "addresses", in: family.table) { comments.insert($0.comment.utf8.count) }
            return comments
        }
        #expect(comments.contains(127))
        #expect(
            try await namespace.nft("list set ip servicelet addresses").joined().contains(
                String(repeating: "x", count: 127)))
    }

    @Test("a removed element is gone, a flushed set is empty", arguments: IPFamily.allCases)
    func removal(family: IPFamily) async throws {
        let namespace = try await Self.namespace(family)
        let counts = try await namespace.tables { tables in
            var counts: [Int] = []
            try tables.change { transaction in
                for index in 0..<10 {
                    transaction.addElement(to: "addresses", of: family.table) { element in
                        element.key { $0.address(family.service(index)) }
                    }
                }
            }
            counts.append(try tables.count(of: "addresses", in: family.table))
            try tables.change { transaction in
                for index in 0..<3 {
                    transaction.removeElement(from: "addresses", of: family.table) { element in
                        element.key { $0.address(family.service(index)) }
                    }
                }
            }
            counts.append(try tables.count(of: "addresses", in: family.table))
            try tables.change { $0.flush(set: "addresses", of: family.table) }
            counts.append(try tables.count(of: "addresses", in: family.table))
            return counts
        }
        #expect(counts == [10, 7, 0])
    }

    @Test("any number of elements is read by key, in key order", arguments: IPFamily.allCases)
    func byKey(family: IPFamily) async throws {
        let namespace = try await Self.namespace(family)
        let count = 2500
        try await namespace.tables { tables in
            try tables.change { transaction in
                for index in 0..<count {
                    transaction.addElement(to: "classes", of: family.table) { element in
                        element.key { $0.frontend(family.service(index), .tcp, 80) }
                        element.data { $0.number(UInt32(index)) }
                    }
                }
            }
            let ask: (inout NFTablesConnection, [Int]) throws -> [UInt32] = { tables, numbers in
                var read: [UInt32] = []
                var left = numbers[...]
                let nextKey: (inout FieldWriter) -> Bool = { writer in
                    guard let number = left.popFirst() else { return false }
                    writer.frontend(family.service(number), .tcp, 80)
                    return true
                }
                try tables.forEachElement(of: "classes", in: family.table, nextKey: nextKey) { element in
                    var data = element.data
                    read.append(data.number())
                }
                return read
            }
            let all = try ask(&tables, Array((0..<count).reversed()))
            #expect(all == (0..<UInt32(count)).reversed())
            let none = try ask(&tables, [])
            #expect(none.isEmpty)
            let error = #expect(throws: NetlinkError.self) { _ = try ask(&tables, [1, count + 1, 2]) }
            #expect(error?.errno == 2)
        }
    }

    @Test("ten thousand elements of one transaction, far beyond one message, all arrive", arguments: IPFamily.allCases)
    func manyElements(family: IPFamily) async throws {
        let namespace = try await Self.namespace(family)
        let count = 10_000
        let read = try await namespace.tables { tables in
            try tables.change { transaction in
                for index in 0..<count {
                    transaction.addElement(to: "endpoints", of: family.table) { element in
                        element.key { key in
                            key.frontend(family.service(index % 100), .tcp, 80)
                            key.number(UInt32(index))
                        }
                        element.data { data in
                            data.address(family.pod(index))
                            data.port(8080)
                        }
                    }
                }
                // A message ends before its list of elements exceeds an attribute.
                let (messages, bytes) = (transaction.messageCount, transaction.byteCount)
                #expect(messages > bytes / 65536)
                #expect(messages <= bytes / 64000 + 1)
            }
            var read: Set<IPAddress> = []
            try tables.forEachElement(of: "endpoints", in: family.table) { element in
                var (key, data) = (element.key, element.data)
                _ = (key.address(family), key.transport(), key.port())
                let pod = data.address(family)
                #expect(pod == family.pod(Int(key.number())))
                read.insert(pod)
            }
            return read.count
        }
        #expect(read == count)
    }

    static func namespace(_ family: IPFamily) async throws -> NetworkNamespace {
        let namespace = try await NetworkNamespace(name: "elements")
        try await namespace.tables { tables in
            try tables.change { transaction in
                transaction.add(family.table)
                for name in ["pick-1", "pick-2"] { transaction.add(Chain(name), to: family.table) }
                for set in TestSet.all { transaction.add(set, to: family.table) }
            }
        }
        return namespace
    }
}

extension FieldWriter {
    mutating func frontend(_ address: IPAddress, _ transport: TransportProtocol, _ port: UInt16) {
        self.address(address)
        self.transport(transport)
        self.port(port)
    }
}
