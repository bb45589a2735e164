import Testing

@testable import IPTables

@Suite("IPTablesError")
struct IPTablesErrorTests {
    @Test(
        "the line is found in all forms",
        arguments: [
            ("iptables-nft-restore: line 7 failed: No chain/target/match by that name.", 7),
            (
                "iptables-restore v1.8.9 (legacy): recent: bad value\n\nError occurred at line: 9\nTry "
                    + "`iptables-restore -h'",
                9
            ),
            (
                "iptables-nft-restore v1.8.9 (nf_tables): \nline 5: RULE_APPEND failed (No such file or directory): "
                    + "rule",
                5
            ),
            ("Another app is currently holding the xtables lock.", nil),
            ("the command line is too long", nil),
        ])
    func line(text: String, line: Int?) {
        #expect(IPTablesError(program: "iptables-restore", status: 2, output: text).line == line)
    }

    @Test(
        "missing privileges, missing kernel support and transient failures are distinguished",
        arguments: [
            (
                "iptables-restore v1.8.9 (nf_tables): Could not fetch rule set generation id: Permission denied",
                IPTablesError.Code.permission
            ),
            ("Could not fetch rule set generation id: Invalid argument", .unsupported),
            ("iptables: Failed to initialize nft: Protocol not supported", .unsupported),
            ("iptables: Failed to initialize nft: Too many open files", .transient),
            (
                "can't initialize ip6tables table `nat': Table does not exist (do you need to insmod?)", .unsupported
            ),
            ("Another app is currently holding the xtables lock.", .transient),
            ("", .transient),
        ])
    func codes(output: String, code: IPTablesError.Code) {
        let error = IPTablesError(program: "iptables-save", status: 4, output: output)
        #expect(error.code == code)
        #expect(error.isAbsence == (code == .unsupported))
        #expect(error.message.hasPrefix("iptables-save"))
    }

    @Test("the message repeats the program's")
    func words() {
        let error = IPTablesError(program: "iptables-restore", status: 2, output: "line 5: RULE_APPEND failed (Bad)\n")
        #expect(error.message == "iptables-restore failed (status 2): line 5: RULE_APPEND failed (Bad)")
        #expect(error.reason == "line 5: RULE_APPEND failed (Bad)")
    }
}
