import InternetAddresses
import NFTables
import Netlink
import Testing

@Suite("Transaction")
struct TransactionTests {
    private static let table = Table(family: .ipv4, name: "t")

    @Test("a small transaction has every byte in its place")
    func wholeTransaction() throws {
        let transport = RecordingTransport()
        var tables = NFTablesConnection(transport)
        try tables.change { transaction in
            transaction.add(Self.table)
            transaction.add(Chain("c", hook: .init(.output, priority: -100)), to: Self.table)
            transaction.add(NamedSet("s", key: [.destinationAddress], value: .verdict), to: Self.table)
            transaction.add(Rule(.dispatch([.destinationAddress], map: "s")), to: "c", of: Self.table)
            transaction.addElement(to: "s", of: Self.table) { element in
                element.key { $0.address(ip("10.0.0.1")) }
                element.verdict(.goto("c"))
                element.comment("hi")
            }
        }
        #expect(
            transport.sent == [
                Self.begin + Self.newTable + Self.newChain + Self.newSet + Self.newRule
                    + Self.newElement + Self.end
            ])
    }

    /// struct nlmsghdr: length, NFNL_MSG_BATCH_BEGIN, NLM_F_REQUEST, sequence, port; struct nfgenmsg: AF_UNSPEC,
    /// version 0, NFNL_SUBSYS_NFTABLES in network order
    private static let begin: [UInt8] = [20, 0, 0, 0, 0x10, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0] + [0, 0, 0, 10]

    private static let newTable: [UInt8] =
        // NFT_MSG_NEWTABLE of NFNL_SUBSYS_NFTABLES, NLM_F_REQUEST | NLM_F_CREATE; NFPROTO_IPV4
        [28, 0, 0, 0, 0, 10, 1, 4, 1, 0, 0, 0, 0, 0, 0, 0] + [2, 0, 0, 0]
        // NFTA_TABLE_NAME
        + [6, 0, 1, 0, 0x74, 0, 0, 0]

    private static let newChain: [UInt8] =
        // NFT_MSG_NEWCHAIN
        [72, 0, 0, 0, 3, 10, 1, 4, 2, 0, 0, 0, 0, 0, 0, 0] + [2, 0, 0, 0]
        // NFTA_CHAIN_TABLE, NFTA_CHAIN_NAME
        + [6, 0, 1, 0, 0x74, 0, 0, 0] + [6, 0, 3, 0, 0x63, 0, 0, 0]
        // NFTA_CHAIN_HOOK { NFTA_HOOK_HOOKNUM NF_INET_LOCAL_OUT, NFTA_HOOK_PRIORITY -100 }
        + [20, 0, 4, 0x80] + [8, 0, 1, 0, 0, 0, 0, 3] + [8, 0, 2, 0, 0xFF, 0xFF, 0xFF, 0x9C]
        // NFTA_CHAIN_POLICY NF_ACCEPT, NFTA_CHAIN_TYPE "nat"
        + [8, 0, 5, 0, 0, 0, 0, 1] + [8, 0, 7, 0, 0x6E, 0x61, 0x74, 0]

    private static let newSet: [UInt8] =
        // NFT_MSG_NEWSET
        [124, 0, 0, 0, 9, 10, 1, 4, 3, 0, 0, 0, 0, 0, 0, 0] + [2, 0, 0, 0]
        // NFTA_SET_TABLE, NFTA_SET_NAME
        + [6, 0, 1, 0, 0x74, 0, 0, 0] + [6, 0, 2, 0, 0x73, 0, 0, 0]
        // NFTA_SET_FLAGS NFT_SET_MAP; NFTA_SET_KEY_TYPE ipv4_addr, NFTA_SET_KEY_LEN 4; NFTA_SET_DATA_TYPE
        // NFT_DATA_VERDICT
        + [8, 0, 3, 0, 0, 0, 0, 8] + [8, 0, 4, 0, 0, 0, 0, 7] + [8, 0, 5, 0, 0, 0, 0, 4]
        + [8, 0, 6, 0, 0xFF, 0xFF, 0xFF, 0]
        // NFTA_SET_ID
        + [8, 0, 10, 0, 0, 0, 0, 1]
        // NFTA_SET_USERDATA, in nft's own form: byte orders of key and data …
        + [48, 0, 13, 0] + [0, 4, 2, 0, 0, 0] + [1, 4, 0, 0, 0, 0]
        // … typeof the key: payload { ip, daddr } …
        + [3, 20] + [0, 4, 7, 0, 0, 0] + [1, 12] + [0, 4, 12, 0, 0, 0] + [1, 4, 12, 0, 0, 0]
        // … typeof the value: verdict
        + [4, 8] + [0, 4, 1, 0, 0, 0] + [1, 0]

    private static let newRule: [UInt8] =
        // NFT_MSG_NEWRULE, NLM_F_REQUEST | NLM_F_CREATE | NLM_F_APPEND
        [136, 0, 0, 0, 6, 10, 1, 0x0C, 4, 0, 0, 0, 0, 0, 0, 0] + [2, 0, 0, 0]
        // NFTA_RULE_TABLE, NFTA_RULE_CHAIN, NFTA_RULE_EXPRESSIONS
        + [6, 0, 1, 0, 0x74, 0, 0, 0] + [6, 0, 2, 0, 0x63, 0, 0, 0] + [100, 0, 4, 0x80]
        // NFTA_LIST_ELEM { NFTA_EXPR_NAME "payload", NFTA_EXPR_DATA
        + [52, 0, 1, 0x80] + [12, 0, 1, 0] + Array("payload".utf8) + [0] + [36, 0, 2, 0x80]
        // { NFTA_PAYLOAD_DREG NFT_REG32_00, _BASE network header, _OFFSET 16, _LEN 4 } }
        + [8, 0, 1, 0, 0, 0, 0, 8] + [8, 0, 2, 0, 0, 0, 0, 1] + [8, 0, 3, 0, 0, 0, 0, 16] + [8, 0, 4, 0, 0, 0, 0, 4]
        // NFTA_LIST_ELEM { NFTA_EXPR_NAME "lookup", NFTA_EXPR_DATA
        + [44, 0, 1, 0x80] + [11, 0, 1, 0] + Array("lookup".utf8) + [0, 0] + [28, 0, 2, 0x80]
        // { NFTA_LOOKUP_SET "s", _SREG NFT_REG32_00, _DREG NFT_REG_VERDICT } }
        + [6, 0, 1, 0, 0x73, 0, 0, 0] + [8, 0, 2, 0, 0, 0, 0, 8] + [8, 0, 3, 0, 0, 0, 0, 0]

    private static let newElement: [UInt8] =
        // NFT_MSG_NEWSETELEM; NLM_F_ACK too, because it is the last
        [92, 0, 0, 0, 12, 10, 5, 4, 5, 0, 0, 0, 0, 0, 0, 0] + [2, 0, 0, 0]
        // NFTA_SET_ELEM_LIST_TABLE, _SET, _ELEMENTS { NFTA_LIST_ELEM
        + [6, 0, 1, 0, 0x74, 0, 0, 0] + [6, 0, 2, 0, 0x73, 0, 0, 0] + [56, 0, 3, 0x80] + [52, 0, 1, 0x80]
        // NFTA_SET_ELEM_KEY { NFTA_DATA_VALUE 10.0.0.1 }
        + [12, 0, 1, 0x80] + [8, 0, 1, 0, 10, 0, 0, 1]
        // NFTA_SET_ELEM_DATA { NFTA_DATA_VERDICT { NFTA_VERDICT_CODE NFT_GOTO, NFTA_VERDICT_CHAIN "c" } }
        + [24, 0, 2, 0x80] + [20, 0, 2, 0x80] + [8, 0, 1, 0, 0xFF, 0xFF, 0xFF, 0xFC] + [6, 0, 2, 0, 0x63, 0, 0, 0]
        // NFTA_SET_ELEM_USERDATA: NFTNL_UDATA_SET_ELEM_COMMENT, length, text
        + [9, 0, 6, 0, 0, 3, 0x68, 0x69, 0, 0, 0, 0]

    /// NFNL_MSG_BATCH_END
    private static let end: [UInt8] = [20, 0, 0, 0, 0x11, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0, 0] + [0, 0, 0, 10]

    @Test("an empty transaction is not sent")
    func empty() throws {
        let transport = RecordingTransport()
        var tables = NFTablesConnection(transport)
        let transaction = tables.begin()
        let isEmpty = transaction.isEmpty
        #expect(isEmpty)
        try tables.commit(transaction)
        #expect(transport.sent.isEmpty)
    }

    @Test("elements share a message while set, table and operation stay the same")
    func sharedMessages() throws {
        var tables = NFTablesConnection(RecordingTransport())
        var transaction = tables.begin()
        var counts: [Int] = []
        let key: (inout ElementWriter) -> Void = { $0.key { $0.address(ip("10.0.0.1")) } }
        for _ in 0..<3 { transaction.addElement(to: "a", of: Self.table, key) }
        counts.append(transaction.messageCount)
        transaction.addElement(to: "b", of: Self.table, key)
        counts.append(transaction.messageCount)
        transaction.removeElement(from: "b", of: Self.table, key)
        counts.append(transaction.messageCount)
        transaction.removeElement(from: "b", of: Table(family: .ipv6, name: "t"), key)
        counts.append(transaction.messageCount)
        transaction.add(Chain("c"), to: Self.table)
        transaction.removeElement(from: "b", of: Self.table, key)
        counts.append(transaction.messageCount)
        #expect(counts == [1, 2, 3, 4, 6])
        try tables.commit(transaction)
    }

    @Test("room is made for a large batch before it is sent, and once")
    func sendBuffer() throws {
        let transport = RecordingTransport()
        var tables = NFTablesConnection(transport)
        for _ in 0..<2 {
            try tables.change { transaction in
                for index in 0..<5000 {
                    transaction.addElement(to: "s", of: Self.table) { element in
                        element.key { $0.address(IPFamily.ipv4.pod(index)) }
                    }
                }
            }
        }
        let bytes = try #require(transport.sent.first).count
        #expect(transport.reserved.count <= 1)
        #expect(bytes < 1 << 17 || transport.reserved[0] >= bytes)
    }
}
