import ChildProcesses
package import InternetAddresses

/// The programs `iptables-restore`, `iptables-save` and `iptables` of one back end. Each call blocks its thread.
///
/// There are two back ends, and each is blind to the other's rules: all programs that write rules on a node
/// must use the same one.
package struct IPTablesPrograms: Sendable, Hashable {
    package enum Backend: String, Sendable, Hashable, CaseIterable {
        case nft, legacy
    }

    package var backend: Backend
    /// Whether the programs' names include the back end, as in `iptables-nft-restore`.
    package var hasVariants: Bool
    /// The folder that holds the programs; `nil` to search `PATH`.
    package var directory: String?

    package init(backend: Backend, hasVariants: Bool = true, directory: String? = nil) {
        self.backend = backend
        self.hasVariants = hasVariants
        self.directory = directory
    }

    /// A restore of the largest clusters takes minutes.
    private static let timeout = Duration.seconds(600)

    /// The number of lines to restore at once. The nft back end's time grows with the square of it; the legacy back end
    /// reads and writes the whole table each time.
    package var stageSize: Int { backend == .nft ? 5000 : .max }

    /// Applies `input`, written as ``RestoreInput/bytes``.
    package func restore(_ input: [UInt8], family: IPFamily) throws(IPTablesError) {
        // Without -w the legacy programs fail while another program holds the lock of the tables.
        _ = try succeed(command("restore", family, ["--noflush", "--counters", "-w", "10"]), input: input)
    }

    /// Reads all rules, ours and others', of one table or of all.
    package func save(_ table: Table? = nil, family: IPFamily) throws(IPTablesError) -> SavedRules {
        var rules = SavedRules()
        try save(table, family: family) { rules.append($0) }
        return rules
    }

    /// Passes on the output of `iptables-save` piece by piece.
    package func save(
        _ table: Table? = nil, family: IPFamily, _ output: (UnsafeRawBufferPointer) -> Void
    ) throws(IPTablesError) {
        _ = try succeed(command("save", family, table.map { ["-t", $0.rawValue] } ?? []), output)
    }

    /// As ``save(_:family:)``; `nil` if the programs are not installed or the kernel lacks the family. Any other
    /// failure is thrown, because it is inconclusive.
    package func saveIfSupported(_ table: Table? = nil, family: IPFamily) throws(IPTablesError) -> SavedRules? {
        do throws(IPTablesError) {
            return try save(table, family: family)
        } catch {
            guard error.isAbsence else { throw error }
            return nil
        }
    }

    /// Lists the rules of one chain, one per line, and returns their number; `nil` if there is no such chain.
    package func list(
        _ chain: String, in table: Table, family: IPFamily, _ output: (UnsafeRawBufferPointer) -> Void = { _ in }
    ) throws(IPTablesError) -> Int? {
        var lines = 0
        let command = command("", family, ["-w", "10", "-t", table.rawValue, "-S", chain])
        let outcome = try run(command) { bytes in
            lines += bytes.count { $0 == UInt8(ascii: "\n") }
            output(bytes)
        }
        // The first line declares the chain.
        if outcome.status == 0 { return lines - 1 }
        if outcome.errors.contains("No chain") || outcome.errors.contains("does not exist in table") { return nil }
        throw IPTablesError(program: command.program, status: outcome.status, output: outcome.errors)
    }

    /// Throws if a family cannot be served; ``IPTablesError/isAbsence`` if its programs are not installed or the kernel
    /// does not support it.
    package func checkSupport(of family: IPFamily) throws(IPTablesError) {
        // To save a table, the programs of the nft back end read all of them.
        if backend == .nft, directory == nil, KernelTables.answers(family) {
            _ = try version(family)
        } else {
            _ = try save(.mangle, family: family)
        }
    }

    /// The version of the programs, such as [1, 8, 9]; `nil` if they do not report it.
    package func version(_ family: IPFamily = .ipv4) throws(IPTablesError) -> [Int]? {
        var text: [UInt8] = []
        _ = try run(command("restore", family, ["--version"])) { text += $0 }
        // iptables-restore v1.8.9 (nf_tables)
        let words = String(decoding: text, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        return words.first { $0.first == "v" }?.dropFirst().split(separator: ".").compactMap { Int($0) }
    }

    private func command(_ verb: String, _ family: IPFamily, _ arguments: [String]) -> Command {
        let name = family == .ipv4 ? "iptables" : "ip6tables"
        let words = [name, hasVariants ? backend.rawValue : "", verb].filter { !$0.isEmpty }
        let path = (directory.map { $0 + "/" } ?? "") + words.joined(separator: "-")
        return Command(arguments: [path] + arguments, timeout: Self.timeout)
    }

    private func succeed(
        _ command: Command, input: [UInt8] = [], _ output: (UnsafeRawBufferPointer) -> Void = { _ in }
    ) throws(IPTablesError) {
        let outcome = try run(command, input: input, output)
        guard outcome.status == 0 else {
            throw IPTablesError(program: command.program, status: outcome.status, output: outcome.errors)
        }
    }

    private func run(
        _ command: Command, input: [UInt8] = [], _ output: (UnsafeRawBufferPointer) -> Void
    ) throws(IPTablesError) -> Command.Outcome {
        do throws(Command.Failure) {
            return try command.run(input: input, output)
        } catch {
            throw IPTablesError(error)
        }
    }
}

extension IPTablesError {
    fileprivate init(_ failure: Command.Failure) {
        switch failure {
        case .notFound(let program):
            self.init(
                .notInstalled,
                "the program \(program) is missing; install the Debian package iptables, or use --proxy-mode nftables",
                cause: failure)
        case .notStarted(let program, let reason):
            self.init(.transient, "\(program) cannot be started: \(reason)", cause: failure)
        case .tooSlow(let program, let duration):
            self.init(.transient, "\(program) did not end within \(duration) and was killed", cause: failure)
        }
    }
}
