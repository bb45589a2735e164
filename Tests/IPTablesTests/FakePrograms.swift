import ChildProcesses
import Foundation

@testable import IPTables

/// A folder of scripts named like the iptables programs, removed with the last reference.
final class FakePrograms {
    let directory: String

    init() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "iptables-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        directory = folder.path
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: directory) } catch { print("\(directory) stays: \(error)") }
    }

    var choice: IPTablesPrograms {
        get throws { try IPTablesPrograms.chosen(in: directory) }
    }

    /// Makes `iptables-save` of a back end print `text`, for IPv4; `ip6tables-save` prints nothing.
    func write(_ backend: IPTablesPrograms.Backend, prints text: String) throws {
        try write("iptables-\(backend.rawValue)-save", "cat <<'END'\n\(text)\nEND")
        try write("ip6tables-\(backend.rawValue)-save", "exit 0")
    }

    /// Makes `iptables-save` of a back end fail for both families.
    func write(_ backend: IPTablesPrograms.Backend, fails text: String) throws {
        for name in ["iptables", "ip6tables"] {
            try write("\(name)-\(backend.rawValue)-save", "cat >&2 <<'END'\n\(text)\nEND\nexit 1")
        }
    }

    /// Writes a shell script.
    ///
    /// A child writes it: children of concurrent tests would inherit our descriptor, and the kernel executes no file
    /// that is open for writing (ETXTBSY).
    func write(_ program: String, _ script: String) throws {
        let path = "\(directory)/\(program)"
        let command = Command(
            arguments: ["sh", "-c", "cat > \"$0\" && chmod 755 \"$0\"", path], timeout: .seconds(30))
        let outcome = try command.run(input: Array("#!/bin/sh\n\(script)\n".utf8))
        guard outcome.status == 0 else { throw IPTablesError(.transient, outcome.errors) }
    }
}
