import DNSMessages
import Foundation
import LabKit
import NIOCore
import TestKit
import Testing

@testable import DNSServer

/// Dead, slow or malicious upstreams, clients that do not read, and configuration changes: the cluster's names
/// are always answered.
@Suite("Faults", .serialized)
struct FaultTests {
    private static let own = Recording.Query(name: "web.shop.svc.cluster.local.", type: "A", transport: "udp")
    private static let outside = Recording.Query(name: "www.outside.example.", type: "A", transport: "udp")

    private static func ask(_ query: Recording.Query, _ client: TestClient, patience: Double = 60) async throws
        -> MessageText?
    {
        try await client.datagram(try query.message(identifier: 5), patience: patience).flatMap { MessageText($0) }
    }

    @Test("an upstream that never answers delays only its own questions")
    func silentUpstream() async throws {
        let silent = try await FakeUpstream { _ in [] }
        try await RunningServer.with { options in
            options.manifests = try Recording.file("served").path
            options.forward = ["127.0.0.1:\(silent.port)"]
        } body: { client in
            try await RunningServer.waitUntilSynchronized(client)
            async let lost = Self.ask(Self.outside, client)
            for _ in 0..<20 { #expect(try await Self.ask(Self.own, client)?.rcode == "NOERROR") }
            #expect(try await lost?.rcode == "SERVFAIL")
        }
        try await silent.close()
    }

    @Test("answers to other questions, with other identifiers, and noise are not accepted")
    func lyingUpstream() async throws {
        let lying = try await FakeUpstream { query in
            var forged = query
            forged[2] |= 0x80
            var otherIdentifier = forged
            otherIdentifier[0] ^= 0xFF
            var otherName = forged
            otherName[13] ^= 1
            return [otherIdentifier, otherName, [1, 2, 3], forged]
        }
        try await RunningServer.with { options in
            options.manifests = try Recording.file("served").path
            options.forward = ["127.0.0.1:\(lying.port)"]
        } body: { client in
            try await RunningServer.waitUntilSynchronized(client)
            let answer = try await Self.ask(Self.outside, client)
            #expect(answer?.rcode == "NOERROR")
            #expect(answer?.question == ["www.outside.example. IN A"])
        }
        try await lying.close()
    }

    @Test("the second upstream answers when the first is dead")
    func secondUpstream() async throws {
        let upstream = try await RecordedUpstream()
        try await RunningServer.with { options in
            options.manifests = try Recording.file("served").path
            options.forward = ["127.0.0.1:1", "127.0.0.1:\(upstream.port)"]
        } body: { client in
            try await RunningServer.waitUntilSynchronized(client)
            for _ in 0..<6 {
                let answer = try await Self.ask(Self.outside, client)
                #expect(answer?.rcode == "NOERROR")
            }
        }
        try await upstream.close()
    }

    @Test("a flood of unknown names does not delay local answers")
    func flood() async throws {
        let silent = try await FakeUpstream { _ in [] }
        try await RunningServer.with { options in
            options.manifests = try Recording.file("served").path
            options.forward = ["127.0.0.1:\(silent.port)"]
        } body: { client in
            try await RunningServer.waitUntilSynchronized(client)
            for number in 0..<1000 {
                let query = Recording.Query(name: "n\(number).flood.example.", type: "A", transport: "udp")
                _ = try await client.datagram(try query.message(identifier: 9), patience: 0.000_001)
            }
            // While the kernel's queue is full, queries are lost; resolvers repeat them.
            var answer: MessageText?
            for _ in 0..<60 where answer == nil { answer = try await Self.ask(Self.own, client, patience: 1) }
            #expect(answer?.rcode == "NOERROR")
        }
        try await silent.close()
    }

    @Test("a server that forwards to itself detects it, and keeps serving the cluster")
    func loop() async throws {
        try await RunningServer.with { options in
            options.manifests = try Recording.file("served").path
            options.forward = ["127.0.0.1:\(options.port)"]
        } body: { client in
            try await RunningServer.waitUntilSynchronized(client)
            #expect(try await Self.ask(Self.outside, client)?.rcode == "SERVFAIL")
            #expect(try await Self.ask(Self.own, client)?.rcode == "NOERROR")
        }
    }

    @Test("a client that never reads is soon no longer read from, and others are served")
    func clientThatNeverReads() async throws {
        try await RunningServer.with { options in
            options.manifests = try Recording.file("served").path
        } body: { client in
            try await RunningServer.waitUntilSynchronized(client)
            let query = try Recording.Query(name: "crowd.shop.svc.cluster.local.", type: "SRV", transport: "tcp")
                .message(identifier: 3)
            let framed = [UInt8(query.count >> 8), UInt8(query.count & 255)] + query
            // Each answer is many times as long as its query.
            let sent = try await client.pour(framed, limit: 256 << 20, patience: 1)
            #expect(sent < 256 << 20)
            #expect(try await Self.ask(Self.own, client)?.rcode == "NOERROR")
        }
    }

    @Test("a slow upstream delays no other questions")
    func slowUpstream() async throws {
        let slow = try await FakeUpstream(delay: .milliseconds(700)) { query in
            var answer = query
            answer[2] |= 0x80
            return [answer]
        }
        try await RunningServer.with { options in
            options.manifests = try Recording.file("served").path
            options.forward = ["127.0.0.1:\(slow.port)"]
        } body: { client in
            try await RunningServer.waitUntilSynchronized(client)
            async let late = Self.ask(Self.outside, client)
            for _ in 0..<20 { #expect(try await Self.ask(Self.own, client)?.rcode == "NOERROR") }
            #expect(try await late?.rcode == "NOERROR")
        }
        try await slow.close()
    }

    @Test("questions above max_concurrent are refused immediately")
    func overload() async throws {
        let silent = try await FakeUpstream { _ in [] }
        let folder = try TemporaryFolder()
        let port = try ReservedPort.take()
        try folder.write(
            """
            .:\(port) {
                bind 127.0.0.1
                kubernetes cluster.local
                forward . 127.0.0.1:\(silent.port) {
                    max_concurrent 3
                }
            }
            """, to: "Corefile")
        try await RunningServer.with { options in
            options.port = port
            options.manifests = try Recording.file("served").path
            options.corefile = folder.url.appending(path: "Corefile").path
        } body: { client in
            try await RunningServer.waitUntilSynchronized(client)
            let codes = try await withThrowingTaskGroup(of: String?.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        let query = Recording.Query(name: "n\(number).flood.example.", type: "A", transport: "udp")
                        return try await Self.ask(query, client)?.rcode
                    }
                }
                return try await group.reduce(into: [String: Int]()) { $0[$1 ?? "nothing", default: 0] += 1 }
            }
            #expect(codes == ["REFUSED": 5, "SERVFAIL": 3])
            #expect(try await Self.ask(Self.own, client)?.rcode == "NOERROR")
        }
        try await silent.close()
    }

    @Test("a changed Corefile takes effect, a broken one changes nothing, and no query is lost")
    func reload() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "dns-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "Corefile")
        let port = try ReservedPort.take()
        let second = try ReservedPort.take()
        let write: @Sendable (String, UInt16?) throws -> Void = { address, other in
            let keys = other.map { " .:\($0)" } ?? ""
            try """
            .:\(port)\(keys) {
                bind 127.0.0.1
                hosts {
                    \(address) here.example
                    fallthrough
                }
                kubernetes cluster.local
                reload 1s
            }
            """.write(to: file, atomically: true, encoding: .utf8)
        }
        try write("192.0.2.1", nil)
        try await RunningServer.with { options in
            options.port = port
            options.manifests = try Recording.file("served").path
            options.corefile = file.path
        } body: { client in
            try await RunningServer.waitUntilSynchronized(client)
            let here = Recording.Query(name: "here.example.", type: "A", transport: "udp")
            let answer = { @Sendable in try await Self.ask(here, client)?.sections[0].first?.split(separator: " ").last
            }
            #expect(try await answer() == "192.0.2.1")
            try write("192.0.2.2", second)
            var seen = Set<Substring>()
            for _ in 0..<5000 where !seen.contains("192.0.2.2") {
                if let address = try await answer() { seen.insert(address) } else { Issue.record("a query was lost") }
                #expect(try await Self.ask(Self.own, client)?.rcode == "NOERROR")
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(seen.contains("192.0.2.2"))
            // An added port is served until it is removed.
            let added = TestClient(port: second)
            #expect(try await Self.ask(Self.own, added)?.rcode == "NOERROR")
            try write("192.0.2.2", nil)
            var isGone = false
            for _ in 0..<5000 where !isGone {
                isGone = try await Self.ask(Self.own, added, patience: 0.2) == nil
                if try await answer() == nil { Issue.record("a query was lost") }
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(isGone)
            try "nonsense {".write(to: file, atomically: true, encoding: .utf8)
            try await Task.sleep(for: .milliseconds(1500))
            #expect(try await answer() == "192.0.2.2")
        }
    }

    @Test("the search path is walked for a client whose path is known")
    func autopath() async throws {
        let upstream = try await RecordedUpstream()
        let folder = FileManager.default.temporaryDirectory.appending(path: "dns-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try "search shop.svc.cluster.local svc.cluster.local cluster.local\n"
            .write(to: folder.appending(path: "resolv.conf"), atomically: true, encoding: .utf8)
        let port = try ReservedPort.take()
        try """
        .:\(port) {
            bind 127.0.0.1
            kubernetes cluster.local
            autopath \(folder.path)/resolv.conf
            forward . 127.0.0.1:\(upstream.port)
            rewrite name exact old.example web.shop.svc.cluster.local
        }
        """.write(to: folder.appending(path: "Corefile"), atomically: true, encoding: .utf8)
        try await RunningServer.with { options in
            options.port = port
            options.manifests = try Recording.file("served").path
            options.corefile = folder.appending(path: "Corefile").path
        } body: { client in
            try await RunningServer.waitUntilSynchronized(client)
            let walked = Recording.Query(
                name: "www.outside.example.shop.svc.cluster.local.", type: "A", transport: "udp")
            let answer = try await Self.ask(walked, client)
            #expect(answer?.sections[0].count == 3)
            #expect(
                answer?.sections[0].first
                    == "www.outside.example.shop.svc.cluster.local. 300 IN CNAME www.outside.example.")
            let rewritten = Recording.Query(name: "old.example.", type: "A", transport: "udp")
            #expect(try await Self.ask(rewritten, client)?.sections[0] == ["old.example. 5 IN A 10.96.2.10"])
        }
        try await upstream.close()
    }
}
