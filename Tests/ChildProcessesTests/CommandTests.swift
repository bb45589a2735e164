import ChildProcesses
import Testing

@Suite("Command", .timeLimit(.minutes(10)))
struct CommandTests {
    @Test("large input and large output do not block each other")
    func large() throws {
        let input = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0) }
        var output: [UInt8] = []
        let outcome = try Command(arguments: ["cat"], timeout: .seconds(30)).run(input: input) { output += $0 }
        #expect(outcome.status == 0)
        #expect(output == input)
    }

    @Test("status and standard error are returned")
    func failure() throws {
        let command = Command(arguments: ["sh", "-c", "echo bad >&2; exit 3"], timeout: .seconds(30))
        let outcome = try command.run()
        #expect(outcome.status == 3)
        #expect(outcome.errors == "bad\n")
    }

    @Test("a program that reads nothing does not kill us")
    func deaf() throws {
        let input = [UInt8](repeating: 0, count: 1_000_000)
        #expect(try Command(arguments: ["true"], timeout: .seconds(30)).run(input: input).status == 0)
    }

    @Test("the status of a program killed by a signal is 128 plus the signal")
    func signal() throws {
        #expect(try Command(arguments: ["sh", "-c", "kill -9 $$"], timeout: .seconds(30)).run().status == 137)
    }

    @Test("a program that does not end is killed")
    func endless() {
        #expect(throws: Command.Failure.tooSlow(program: "sleep", .milliseconds(50))) {
            try Command(arguments: ["sleep", "600"], timeout: .milliseconds(50)).run()
        }
    }

    @Test("a missing program is named")
    func missing() {
        #expect(throws: Command.Failure.notFound(program: "no-such-program")) {
            try Command(arguments: ["no-such-program"], timeout: .seconds(30)).run()
        }
    }
}
