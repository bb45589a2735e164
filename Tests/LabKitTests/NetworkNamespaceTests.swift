import ChildProcesses
import Foundation
import LabKit
import Testing

@Suite("NetworkNamespace")
struct NetworkNamespaceTests {
    @Test("a setting is written in the namespace and nowhere else")
    func settings() async throws {
        let one = try await NetworkNamespace(name: "one")
        let other = try await NetworkNamespace(name: "other")
        try await one.set("net/ipv4/ip_default_ttl", to: "17")
        #expect(try await one.setting("net/ipv4/ip_default_ttl") == "17")
        #expect(try await other.setting("net/ipv4/ip_default_ttl") != "17")
        let asProcess = try await one.run("cat", "/proc/sys/net/ipv4/ip_default_ttl")
        #expect(asProcess == "17\n")
    }

    @Test("a process starts in the namespace, which has only its loopback")
    func processes() async throws {
        let namespace = try await NetworkNamespace(name: "lonely")
        #expect(try await namespace.run("ip", "-o", "link").split(separator: "\n").count == 1)
        try await namespace.ip("link add mine type veth peer name yours")
        #expect(try await namespace.run("ip", "-o", "link").split(separator: "\n").count == 3)
        #expect(!FileManager.default.fileExists(atPath: "/sys/class/net/mine"))
    }

    @Test("a failed command's error has the command and its output")
    func failure() async throws {
        let namespace = try await NetworkNamespace(name: "clumsy")
        let error = try await #require(throws: LabError.self) { try await namespace.ip("link set nowhere up") }
        #expect(error.code == .command)
        #expect(error.description.contains("ip -batch - failed in clumsy"))
        #expect(error.cause.contains("nowhere"))
    }

    @Test("a missing program is an error that names it")
    func missingProgram() async throws {
        let namespace = try await NetworkNamespace(name: "empty")
        let error = try await #require(throws: LabError.self) { try await namespace.run("no-such-program") }
        #expect(error.description.contains("no-such-program"))
    }

    @Test("a command that does not end is an error, and is killed")
    func endless() async throws {
        let namespace = try await NetworkNamespace(name: "patient")
        let error = try await #require(throws: LabError.self) {
            try await namespace.run("sleep", "600", timeout: .milliseconds(50))
        }
        #expect(error.code == .timeout)
        #expect(error.isRetryable)
    }

    @Test("a process reads its input and reports its end")
    func inputAndExit() async throws {
        let namespace = try await NetworkNamespace(name: "echo")
        #expect(try await namespace.run("cat", input: "to and fro") == "to and fro")
        let process = try await namespace.spawn(["sh", "-c", "echo oops >&2; exit 3"])
        #expect(try await process.exit(within: .patience) == .code(3))
        #expect(process.errors == "oops\n")
        let terminated = try await namespace.spawn(["sleep", "600"])
        terminated.signal(15)
        #expect(try await terminated.exit(within: .patience) == .signal(15))
    }

    @Test("a process dies with the last reference to it")
    func abandonedProcess() async throws {
        let namespace = try await NetworkNamespace(name: "owner")
        let pid = try await startAndForget(in: namespace)
        #expect(kill(pid, 0) == -1)
    }

    private func startAndForget(in namespace: NetworkNamespace) async throws -> pid_t {
        let process = try await namespace.spawn(["sh", "-c", "echo $$; exec sleep 600"])
        while process.output.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        let pid = try #require(pid_t(process.output.trimmingCharacters(in: .whitespacesAndNewlines)))
        #expect(kill(pid, 0) == 0)
        return pid
    }

    @Test("a namespace's links are removed with it")
    func noTraces() async throws {
        let kept = try await NetworkNamespace(name: "kept")
        do {
            let gone = try await NetworkNamespace(name: "gone")
            try await kept.ip("link add cable type veth peer name cable netns \(gone.path)")
            #expect(try await kept.run("ip", "-o", "link").contains("cable"))
        }
        // The kernel takes a namespace down in the background.
        let deadline = ContinuousClock.now + .patience
        while try await kept.run("ip", "-o", "link").contains("cable") {
            try #require(ContinuousClock.now < deadline, "the link is still there")
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}
