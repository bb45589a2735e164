import CBenchmark

/// The best possible performance of this machine's kernel: as many map elements as a cluster has Services and
/// endpoints, encoded beforehand, so that only the kernel's own time counts.
///
/// Elements are as wide as a data plane's: a key of address, protocol, port and number, and an address and a port as
/// data. No rule uses the map, so nothing is validated.
struct KernelLimit: Codable {
    /// Seconds for all elements.
    var programming: Double
    /// Seconds for one transaction that replaces one element.
    var swap: Double

    private static let elementsPerTransaction = 20_000
    private static let elementsPerMessage = 1_000
    private static let swaps = 100
    private static let tableName = "limit"
    private static let mapName = "endpoints"

    static func measure(_ size: Size) throws -> KernelLimit {
        let socket = try NetlinkSocket()
        try socket.send(tableAndMap)
        try socket.checkAnswers()

        let count = size.services + size.endpoints
        let transactions = stride(from: 0, to: count, by: elementsPerTransaction).map { start in
            elements(start..<min(start + elementsPerTransaction, count))
        }
        let clock = ContinuousClock()
        let programming = try clock.measure { for transaction in transactions { try socket.send(transaction) } }
        try socket.checkAnswers()

        let swaps = try (0..<swaps).map { round in
            let transaction = swap(round % count, generation: UInt32(round + 1))
            return try clock.measure { try socket.send(transaction) }
        }
        try socket.checkAnswers()
        return KernelLimit(programming: programming.inSeconds, swap: Samples(swaps).median)
    }

    /// `nft add table ip limit; nft add map ip limit endpoints { type … }`
    private static let tableAndMap = NetlinkWriter.transaction { writer in
        writer.message(NFT_MSG_NEWTABLE) { $0.attribute(NFTA_TABLE_NAME, tableName) }
        writer.message(NFT_MSG_NEWSET) { set in
            set.attribute(NFTA_SET_TABLE, tableName)
            set.attribute(NFTA_SET_NAME, mapName)
            set.attribute(NFTA_SET_FLAGS, words: [NFT_SET_MAP.rawValue])
            set.attribute(NFTA_SET_KEY_TYPE, words: [0])
            set.attribute(NFTA_SET_KEY_LEN, words: [16])
            set.attribute(NFTA_SET_DATA_TYPE, words: [0])
            set.attribute(NFTA_SET_DATA_LEN, words: [8])
            set.attribute(NFTA_SET_ID, words: [1])
        }
    }

    /// `nft add element ip limit endpoints { … }`
    private static func elements(_ indices: Range<Int>) -> [UInt8] {
        NetlinkWriter.transaction { writer in
            for start in stride(from: indices.lowerBound, to: indices.upperBound, by: elementsPerMessage) {
                writer.elements(NFT_MSG_NEWSETELEM, of: (tableName, mapName)) { list in
                    for index in start..<min(start + elementsPerMessage, indices.upperBound) {
                        list.element(index, backend: 0)
                    }
                }
            }
        }
    }

    /// `nft "delete element …; add element …"`
    private static func swap(_ index: Int, generation: UInt32) -> [UInt8] {
        NetlinkWriter.transaction { writer in
            writer.elements(NFT_MSG_DELSETELEM, of: (tableName, mapName)) { $0.element(index) }
            writer.elements(NFT_MSG_NEWSETELEM, of: (tableName, mapName)) { $0.element(index, backend: generation) }
        }
    }
}

extension NetlinkWriter {
    fileprivate mutating func elements(
        _ type: nf_tables_msg_types, of map: (table: String, name: String), _ write: (inout NetlinkWriter) -> Void
    ) {
        message(type, create: type == NFT_MSG_NEWSETELEM) { message in
            message.attribute(NFTA_SET_ELEM_LIST_TABLE, map.table)
            message.attribute(NFTA_SET_ELEM_LIST_SET, map.name)
            message.nested(NFTA_SET_ELEM_LIST_ELEMENTS, write)
        }
    }

    fileprivate mutating func element(_ index: Int, backend: UInt32? = nil) {
        nested(NFTA_LIST_ELEM) { element in
            element.nested(NFTA_SET_ELEM_KEY) {
                $0.attribute(
                    NFTA_DATA_VALUE, words: [10 << 24 | UInt32(index / 50), 6 << 24, 80 << 16, UInt32(index % 50)])
            }
            guard let backend else { return }
            element.nested(NFTA_SET_ELEM_DATA) {
                $0.attribute(NFTA_DATA_VALUE, words: [10 << 24 | UInt32(index) + backend, 8080 << 16])
            }
        }
    }
}
