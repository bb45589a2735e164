import CLinux
import Netlink

/// Changes to tables that take effect all at once or not at all: one netfilter batch.
///
/// Messages are appended to one buffer call by call. Elements of the same set share a message, up to the 64 KiB that an
/// attribute's length can express.
package struct Transaction: ~Copyable {
    private var writer: MessageWriter
    private let firstSequence: UInt32
    private var sequence: UInt32
    private var lastMessage: Int?
    private var nextSetID: UInt32 = 1
    private var open: OpenElements?

    /// A message of elements that has not ended yet.
    private struct OpenElements {
        var operation: UInt32
        var set: String
        var table: Table
        var message: Int
        var list: Int
    }

    /// A transaction that writes into `writer` and numbers its messages from `sequence` up.
    init(writer: consuming MessageWriter, sequence: UInt32) {
        self.writer = writer
        firstSequence = sequence
        self.sequence = sequence &- 1
        self.writer.removeAll()
        control(UInt32(NFNL_MSG_BATCH_BEGIN))
    }

    /// The number of messages, without the two that begin and end the batch.
    package var messageCount: Int { Int(sequence &- firstSequence) }

    /// The number of bytes so far.
    package var byteCount: Int { writer.count }

    package var isEmpty: Bool { messageCount == 0 }

    // MARK: Tables and chains

    /// `nft add table ip servicelet`
    package mutating func add(_ table: Table) {
        message(NFT_MSG_NEWTABLE.rawValue, NLM_F_CREATE, table) { writer in
            writer.attribute(NFTA_TABLE_NAME.rawValue, string: table.name)
        }
    }

    /// A table that the kernel deletes when the socket that created it is closed (NFT_TABLE_F_OWNER). No other socket
    /// can change it. Kernel 5.12 or later.
    package mutating func addOwned(_ table: Table) {
        message(NFT_MSG_NEWTABLE.rawValue, NLM_F_CREATE | NLM_F_EXCL, table) { writer in
            writer.attribute(NFTA_TABLE_NAME.rawValue, string: table.name)
            writer.attribute(NFTA_TABLE_FLAGS.rawValue, bigEndian: NFT_TABLE_F_OWNER.rawValue)
        }
    }

    /// `nft delete table ip servicelet`, with all its contents
    package mutating func delete(_ table: Table) {
        message(NFT_MSG_DELTABLE.rawValue, 0, table) { writer in
            writer.attribute(NFTA_TABLE_NAME.rawValue, string: table.name)
        }
    }

    /// `nft add chain ip servicelet prerouting { type nat hook prerouting priority -100; }`
    package mutating func add(_ chain: Chain, to table: Table) {
        message(NFT_MSG_NEWCHAIN.rawValue, NLM_F_CREATE, table) { writer in
            writer.attribute(NFTA_CHAIN_TABLE.rawValue, string: table.name)
            writer.attribute(NFTA_CHAIN_NAME.rawValue, string: chain.name)
            guard let hook = chain.hook else { return }
            writer.nested(NFTA_CHAIN_HOOK.rawValue) { writer in
                writer.attribute(NFTA_HOOK_HOOKNUM.rawValue, bigEndian: hook.point.rawValue)
                writer.attribute(NFTA_HOOK_PRIORITY.rawValue, bigEndian: UInt32(bitPattern: hook.priority))
            }
            writer.attribute(
                NFTA_CHAIN_POLICY.rawValue, bigEndian: UInt32(hook.acceptsByDefault ? NF_ACCEPT : NF_DROP))
            writer.attribute(NFTA_CHAIN_TYPE.rawValue, string: hook.type)
        }
    }

    /// `nft delete chain ip servicelet pick-3`, rules and all
    package mutating func delete(chain: String, of table: Table) {
        flush(chain: chain, of: table)
        message(NFT_MSG_DELCHAIN.rawValue, 0, table) { writer in
            writer.attribute(NFTA_CHAIN_TABLE.rawValue, string: table.name)
            writer.attribute(NFTA_CHAIN_NAME.rawValue, string: chain)
        }
    }

    /// `nft flush chain ip servicelet pick-3`
    package mutating func flush(chain: String, of table: Table) {
        message(NFT_MSG_DELRULE.rawValue, 0, table) { writer in
            writer.attribute(NFTA_RULE_TABLE.rawValue, string: table.name)
            writer.attribute(NFTA_RULE_CHAIN.rawValue, string: chain)
        }
    }

    /// `nft add rule ip servicelet pick-3 dnat ip to …`
    package mutating func add(_ rule: Rule, to chain: String, of table: Table) {
        add(rule.expressions(table.family), to: chain, of: table)
    }

    /// A rule of expressions that no statement covers.
    package mutating func add(_ expressions: [Expression], to chain: String, of table: Table) {
        message(NFT_MSG_NEWRULE.rawValue, NLM_F_CREATE | NLM_F_APPEND, table) { writer in
            writer.attribute(NFTA_RULE_TABLE.rawValue, string: table.name)
            writer.attribute(NFTA_RULE_CHAIN.rawValue, string: chain)
            writer.nested(NFTA_RULE_EXPRESSIONS.rawValue) { writer in
                for expression in expressions { expression.write(to: &writer) }
            }
        }
    }

    // MARK: Sets

    /// `nft add set ip servicelet cluster-ips { typeof ip daddr; }`
    package mutating func add(_ set: NamedSet, to table: Table) {
        let id = nextSetID
        nextSetID += 1
        message(NFT_MSG_NEWSET.rawValue, NLM_F_CREATE, table) { writer in
            set.write(to: &writer, table: table, id: id)
        }
    }

    /// `nft delete set ip servicelet cluster-ips`, elements and all
    package mutating func delete(set: String, of table: Table) {
        message(NFT_MSG_DELSET.rawValue, 0, table) { writer in
            writer.attribute(NFTA_SET_TABLE.rawValue, string: table.name)
            writer.attribute(NFTA_SET_NAME.rawValue, string: set)
        }
    }

    /// `nft flush set ip servicelet cluster-ips`
    package mutating func flush(set: String, of table: Table) {
        message(NFT_MSG_DELSETELEM.rawValue, 0, table) { writer in
            writer.attribute(NFTA_SET_ELEM_LIST_TABLE.rawValue, string: table.name)
            writer.attribute(NFTA_SET_ELEM_LIST_SET.rawValue, string: set)
        }
    }

    // MARK: Elements

    /// `nft add element ip servicelet endpoints { 10.96.0.5 . tcp . 80 . 0 : 10.244.0.5 . 8080 }`
    package mutating func addElement(to set: String, of table: Table, _ body: (inout ElementWriter) -> Void) {
        element(NFT_MSG_NEWSETELEM.rawValue, NLM_F_CREATE, set, table, body)
    }

    /// `nft delete element ip servicelet endpoints { 10.96.0.5 . tcp . 80 . 0 }`; the element must exist
    package mutating func removeElement(from set: String, of table: Table, _ body: (inout ElementWriter) -> Void) {
        element(NFT_MSG_DELSETELEM.rawValue, 0, set, table, body)
    }

    /// No element is longer than this: an IPv6 key with a range, an IPv6 value and a comment of 255 bytes.
    private static let longestElement = 512

    private mutating func element(
        _ operation: UInt32, _ flags: Int32, _ set: String, _ table: Table, _ body: (inout ElementWriter) -> Void
    ) {
        if let open {
            let isFull = writer.count - open.list > Int(UInt16.max) - Self.longestElement
            if isFull || open.operation != operation || open.set != set || open.table != table { endElements() }
        }
        if open == nil {
            let message = beginMessage(operation, flags, table)
            writer.attribute(NFTA_SET_ELEM_LIST_TABLE.rawValue, string: table.name)
            writer.attribute(NFTA_SET_ELEM_LIST_SET.rawValue, string: set)
            let list = writer.beginNested(NFTA_SET_ELEM_LIST_ELEMENTS.rawValue)
            open = OpenElements(operation: operation, set: set, table: table, message: message, list: list)
        }
        let start = writer.beginNested(NFTA_LIST_ELEM.rawValue)
        var element = ElementWriter()
        swap(&element.writer, &writer)
        body(&element)
        swap(&element.writer, &writer)
        writer.endNested(start)
    }

    private mutating func endElements() {
        guard let open else { return }
        writer.endNested(open.list)
        writer.endMessage(open.message)
        self.open = nil
    }

    // MARK: Messages

    private mutating func message(
        _ type: UInt32, _ flags: Int32, _ table: Table, _ body: (inout MessageWriter) -> Void
    ) {
        endElements()
        let start = beginMessage(type, flags, table)
        body(&writer)
        writer.endMessage(start)
    }

    private mutating func beginMessage(_ type: UInt32, _ flags: Int32, _ table: Table) -> Int {
        sequence &+= 1
        let start = writer.beginMessage(
            type: UInt16(NFNL_SUBSYS_NFTABLES) << 8 | UInt16(type), flags: UInt16(NLM_F_REQUEST | flags),
            sequence: sequence)
        writer.netfilterHeader(family: table.protocolFamily)
        lastMessage = start
        return start
    }

    /// The messages around a batch, which name the subsystem in the resource field of `struct nfgenmsg`.
    private mutating func control(_ type: UInt32) {
        sequence &+= 1
        writer.message(type: UInt16(type), flags: UInt16(NLM_F_REQUEST), sequence: sequence) { writer in
            writer.netfilterHeader(family: UInt8(AF_UNSPEC), resource: UInt16(NFNL_SUBSYS_NFTABLES))
        }
    }

    /// Ends the batch. The last message asks for an acknowledgement, which arrives when everything has been processed.
    mutating func finish() -> (first: UInt32, last: UInt32) {
        endElements()
        if let lastMessage { writer.addFlags(UInt16(NLM_F_ACK), toMessageAt: lastMessage) }
        let last = sequence
        control(UInt32(NFNL_MSG_BATCH_END))
        return (firstSequence, last)
    }

    /// Ends the batch, for a reader of ``bytes``: it is not sent.
    package mutating func finishForReading() { _ = finish() }

    /// The whole finished batch.
    package var bytes: [UInt8] { writer.bytes }

    /// Returns the buffer for the next transaction.
    consuming func recycle() -> MessageWriter { writer }
}
