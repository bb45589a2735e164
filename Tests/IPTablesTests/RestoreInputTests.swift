import Testing

@testable import IPTables

@Suite("RestoreInput")
struct RestoreInputTests {
    @Test("each line has the owner that it was written for")
    func owners() {
        var input = RestoreInput<String>()
        let (one, two) = ("one", "two")
        input.add("-A KUBE-SVC-ONE -j KUBE-SEP-ONE", in: .nat, for: one)
        input.declare("KUBE-SVC-ONE", in: .nat, for: one)
        input.add("-A KUBE-SERVICES -j REJECT", in: .filter, for: two)
        input.declare("KUBE-SEP-OLD", in: .nat)
        input.remove("KUBE-SEP-OLD", in: .nat)
        let lines = String(decoding: input.bytes, as: UTF8.self).split(separator: "\n")
        #expect(
            lines == [
                "*filter", "-A KUBE-SERVICES -j REJECT", "COMMIT", "*nat", ":KUBE-SVC-ONE - [0:0]",
                ":KUBE-SEP-OLD - [0:0]", "-A KUBE-SVC-ONE -j KUBE-SEP-ONE", "-X KUBE-SEP-OLD", "COMMIT",
            ])
        #expect(input.lineCount == lines.count)
        let owners = (0...10).map { input.owner(atLine: $0) }
        #expect(owners == [nil, nil, two, nil, nil, one, nil, one, nil, nil, nil])
    }

    @Test("tables without a change are not mentioned")
    func empty() {
        let input = RestoreInput<String>()
        #expect(input.isEmpty)
        #expect(input.bytes == [])
        #expect(input.lineCount == 0)
    }
}
