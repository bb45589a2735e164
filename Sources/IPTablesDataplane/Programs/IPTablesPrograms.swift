import Dataplane
import InternetAddresses
import Netlink

/// The programs `iptables-restore` and `iptables-save` of one back end, and how to use them.
///
/// There are two ways into the kernel, and rules that one has written are invisible to the other: all who program rules on
/// a node must use the same.
struct IPTablesPrograms: Sendable, Hashable {
    enum Backend: String, Sendable, Hashable, CaseIterable {
        case nft, legacy
    }

    var backend: Backend
    /// Whether the programs have the back end in their name, as in `iptables-nft-restore`.
    var hasVariants = true

    /// A restore of the largest clusters takes minutes.
    private static let timeout = Duration.seconds(600)

    /// How many lines to restore at once when there are many. The nft back end takes a time that grows with the square of
    /// their number; the legacy one reads and writes the whole table each time.
    var stageSize: Int { backend == .nft ? 5000 : .max }

    /// Applies the input.
    func restore(_ input: [UInt8], family: IPFamily) throws(RestoreFailure) {
        // Without -w the legacy programs fail when somebody else holds the lock of the tables.
        let command = command("restore", family, "--noflush", "--counters", "-w", "10")
        let outcome: Command.Outcome
        do throws(Command.Failure) { outcome = try command.run(input: input) } catch {
            throw RestoreFailure(program: command.program, status: 127, text: DataplaneError(error).message)
        }
        guard outcome.status == 0 else {
            throw RestoreFailure(program: command.program, status: outcome.status, text: outcome.errors)
        }
    }

    /// What is programmed, by anybody; of one table, or of all.
    func save(_ table: Table? = nil, family: IPFamily) throws(DataplaneError) -> SavedRules {
        let command = command("save", family, table.map { ["-t", $0.rawValue] } ?? [])
        var rules = SavedRules()
        let outcome = try run(command) { rules.append($0) }
        guard outcome.status == 0 else {
            throw DataplaneError(
                RestoreFailure.isPermission(outcome.errors) ? .permission : .transient,
                "\(command.program) failed (status \(outcome.status)): \(outcome.errors)")
        }
        return rules
    }

    /// All chains, and the rules that the kernel's own chains hold.
    ///
    /// The nft back end saves slowly. There the kernel is asked for the chains, and the program for a few of them.
    func existing(family: IPFamily) throws(DataplaneError) -> SavedRules {
        guard backend == .nft else { return try save(family: family) }
        var rules = SavedRules()
        for table in Table.allCases {
            do throws(NetlinkError) { rules.insert(try KernelTables.chains(in: table, family), in: table) } catch {
                throw DataplaneError(.transient, "cannot list the kernel's chains: \(error)", cause: error)
            }
            rules.append("*\(table.rawValue)\n".utf8)
            for chain in Set(FixedRules.jumps.lazy.filter { $0.table == table }.map(\.from)) {
                _ = try list(chain, in: table, family: family) { rules.append($0) }
            }
        }
        return rules
    }

    /// As ``save(_:family:)``; `nil` where the programs are missing, or the kernel lacks what they need.
    func saveIfInstalled(_ table: Table? = nil, family: IPFamily) throws(DataplaneError) -> SavedRules? {
        do throws(DataplaneError) {
            return try save(table, family: family)
        } catch {
            guard error.code == .permission else { return nil }
            throw error
        }
    }

    /// How many rules a chain has; `nil` if there is no such chain.
    func list(
        _ chain: String, in table: Table, family: IPFamily, _ output: (UnsafeRawBufferPointer) -> Void = { _ in }
    ) throws(DataplaneError) -> Int? {
        var lines = 0
        let command = command("", family, "-w", "10", "-t", table.rawValue, "-S", chain)
        let outcome = try run(command) { bytes in
            lines += bytes.count { $0 == UInt8(ascii: "\n") }
            output(bytes)
        }
        // The first line declares the chain.
        if outcome.status == 0 { return lines - 1 }
        if outcome.errors.contains("No chain") || outcome.errors.contains("does not exist") { return nil }
        throw DataplaneError(.transient, "\(command.program) failed (status \(outcome.status)): \(outcome.errors)")
    }

    /// The version of the programs, such as 1.8.9; `nil` where they do not tell.
    func version() throws(DataplaneError) -> [Int]? {
        var text: [UInt8] = []
        _ = try run(command("restore", .ipv4, "--version")) { text += $0 }
        // iptables-restore v1.8.9 (nf_tables)
        let words = String(decoding: text, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        return words.first { $0.first == "v" }?.dropFirst().split(separator: ".").compactMap { Int($0) }
    }

    private func command(_ verb: String, _ family: IPFamily, _ arguments: String...) -> Command {
        command(verb, family, arguments)
    }

    private func command(_ verb: String, _ family: IPFamily, _ arguments: [String]) -> Command {
        let name = family == .ipv4 ? "iptables" : "ip6tables"
        let words = [name, hasVariants ? backend.rawValue : "", verb].filter { !$0.isEmpty }
        return Command(arguments: [words.joined(separator: "-")] + arguments, timeout: Self.timeout)
    }

    private func run(
        _ command: Command, _ output: (UnsafeRawBufferPointer) -> Void
    ) throws(DataplaneError) -> Command.Outcome {
        do throws(Command.Failure) {
            return try command.run(output)
        } catch {
            throw DataplaneError(error)
        }
    }
}

extension DataplaneError {
    fileprivate init(_ failure: Command.Failure) {
        switch failure {
        case .notFound(let program):
            self.init(
                .unsupported,
                "the program \(program) is missing; install the Debian package iptables, or use --proxy-mode nftables",
                cause: failure)
        case .notStarted(let program, let reason):
            self.init(.transient, "\(program) cannot be started: \(reason)", cause: failure)
        case .tooSlow(let program, let duration):
            self.init(.transient, "\(program) did not end within \(duration) and was killed", cause: failure)
        }
    }
}
