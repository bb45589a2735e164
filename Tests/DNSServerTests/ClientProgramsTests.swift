import Foundation
import LabKit
import Testing

/// The program, queried by dig and the C library's resolver in a separate network namespace. Needs root.
@Suite("dig and the C library", .serialized)
struct ClientProgramsTests {
    /// Runs a command whose C library queries the server, with a Pod's search path.
    private func resolve(_ program: DNSProgram, _ command: String) async throws -> String {
        try program.folder.write(
            """
            nameserver \(DNSProgram.address)
            search shop.svc.cluster.local svc.cluster.local cluster.local
            options ndots:5 timeout:2
            """, to: "resolv.conf")
        let file = program.folder.url.appending(path: "resolv.conf").path
        return try await program.namespace.run(
            "unshare", "--mount", "bash", "-c", "mount --bind \(file) /etc/resolv.conf && \(command)")
    }

    @Test("dig understands answers of all kinds, over UDP and TCP, and finds nothing malformed")
    func digs() async throws {
        let program = try await DNSProgram.serving()
        #expect(try await program.dig("+short", "web.shop.svc.cluster.local") == ["10.96.2.10"])
        #expect(try await program.dig("+short", "-x", "10.96.2.10") == ["web.shop.svc.cluster.local."])
        #expect(try await program.dig("+short", "+tcp", "crowd.shop.svc.cluster.local").count == 40)
        #expect(
            try await program.dig("+short", "_http._tcp.web.shop.svc.cluster.local", "SRV")
                == ["0 100 80 web.shop.svc.cluster.local."])
        for name in ["crowd-named.shop.svc.cluster.local", "nope.shop.svc.cluster.local", "cluster.local"] {
            for option in ["+notcp", "+tcp", "+noedns", "+bufsize=4096"] {
                let lines = try await program.dig(name, "SRV", option)
                #expect(!lines.contains { $0.contains("malformed") || $0.contains("extra bytes") }, "\(name) \(option)")
            }
        }
        try await program.stop()
    }

    @Test("programs find Services by short names, and their names by address")
    func library() async throws {
        let program = try await DNSProgram.serving()
        #expect(try await resolve(program, "getent ahostsv4 web").contains("10.96.2.10"))
        #expect(try await resolve(program, "getent ahostsv4 dual.default").contains("10.96.1.13"))
        #expect(try await resolve(program, "getent hosts 10.96.2.10").contains("web.shop.svc.cluster.local"))
        // Longer than a datagram without EDNS: the library asks again over TCP.
        let crowd = try await resolve(program, "getent ahostsv4 crowd")
        #expect(Set(crowd.split(separator: "\n").compactMap { $0.split(separator: " ").first }).count == 40)
        #expect(try await resolve(program, "getent hosts nope || echo none").contains("none"))
        try await program.stop()
    }
}
