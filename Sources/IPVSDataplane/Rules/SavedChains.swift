import IPTables
import InternetAddresses

/// The rules in our chains and those that lead to them, as `iptables-save` prints them. Reads text in
/// pieces of any size.
struct SavedChains: Sendable {
    /// The rules of our chains, in the order of the output.
    private var rules: [Table: [String]] = [:]
    private var jumps: [Table: Set<String>] = [:]
    private var chains: [Table: Set<String>] = [:]
    private var table: Table?
    private var rest: [UInt8] = []

    /// Reads the next piece of the output.
    mutating func append(_ bytes: some Collection<UInt8>) {
        rest.append(contentsOf: bytes)
        var start = 0
        while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
            read(String(decoding: rest[start..<end], as: UTF8.self))
            start = end + 1
        }
        rest.removeFirst(start)
    }

    /// The input for the tables that differ; empty if the kernel already holds these rules.
    func input(for fixed: FixedRules) -> RestoreInput<Never> {
        var input = RestoreInput<Never>()
        for table in [Table.filter, .nat] {
            let wanted = fixed.rules[table] ?? []
            let ours = IPVSChains.chains(in: table)
            if !holds(wanted, in: table) {
                for chain in ours { input.declare(chain, in: table) }
                for rule in wanted { input.add(rule, in: table) }
            }
            for jump in IPVSChains.jumps where jump.table == table && jumps[table]?.contains(jump.rule) != true {
                input.add("-I \(jump.rest)", in: table)
            }
        }
        return input
    }

    /// Whether our chains exist with exactly these rules, in order within each chain.
    private func holds(_ wanted: [String], in table: Table) -> Bool {
        guard IPVSChains.chains(in: table).allSatisfy({ chains[table]?.contains($0) == true }) else { return false }
        let saved = Dictionary(grouping: rules[table] ?? []) { Self.chain(of: $0) }
        return saved == Dictionary(grouping: wanted) { Self.chain(of: $0) }
    }

    /// Whether there is nothing of ours.
    var isEmpty: Bool {
        [Table.filter, .nat].allSatisfy { table in
            IPVSChains.chains(in: table).allSatisfy { chains[table]?.contains($0) != true }
        }
    }

    /// What is missing or altered, such as `chain KUBE-SERVICES of table nat (IPv4)`. Without `comparesRules` only
    /// chains and jumps are looked at; without `isWhole`, rules of other Services may be there.
    func damage(
        to fixed: FixedRules, _ family: IPFamily, isWhole: Bool, comparesRules: Bool
    ) -> [String] {
        var damage: [String] = []
        for table in [Table.filter, .nat] {
            let wanted = Dictionary(grouping: fixed.rules[table] ?? []) { Self.chain(of: $0) }
            let saved = Dictionary(grouping: rules[table] ?? []) { Self.chain(of: $0) }
            for chain in IPVSChains.chains(in: table) {
                let (own, found) = (wanted[chain] ?? [], saved[chain] ?? [])
                let isThere = chains[table]?.contains(chain) == true
                // Load balancers whose source ranges keep the node away have rules of their own here.
                let isOfServices = chain == IPVSChains.outFilter && !isWhole
                let isRight = isOfServices ? Set(own).isSubset(of: found) : own == found
                guard !isThere || (comparesRules && !isRight) else { continue }
                damage.append("chain \(chain) of table \(table.rawValue) (\(family))")
            }
            for jump in IPVSChains.jumps where jump.table == table && jumps[table]?.contains(jump.rule) != true {
                damage.append("the jump from \(jump.from) to \(jump.to) in table \(table.rawValue) (\(family))")
            }
        }
        return damage
    }

    private mutating func read(_ line: String) {
        switch line.first {
        case "*": table = Table(rawValue: String(line.dropFirst()))
        case ":":
            guard let table else { return }
            chains[table, default: []].insert(String(line.dropFirst().prefix { $0 != " " }))
        case "-":
            guard let table else { return }
            if IPVSChains.chains(in: table).contains(Self.chain(of: line)) {
                rules[table, default: []].append(line)
            } else if line.contains("KUBE-") {
                jumps[table, default: []].insert(line)
            }
        default: break
        }
    }

    /// The word after `-A`.
    private static func chain(of rule: String) -> String { String(rule.dropFirst(3).prefix { $0 != " " }) }
}
