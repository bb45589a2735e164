import DaemonKit
import Foundation
import FoundationNetworking
import Hummingbird
import InternetAddresses
import Logging
import Synchronization
import TestKit
import Testing

@Suite("HTTPService", .timeLimit(.minutes(10)))
struct HTTPServiceTests {
    let anyPort = ListenAddress(address: IPAddress(ipv4: 0x7F00_0001), port: 0)

    func service(on address: ListenAddress) -> HTTPService {
        let router = Router()
        router.get("/greeting") { _, _ in "hello" }
        return HTTPService(flag: "--address", address: address, responder: router.buildResponder(), logger: .silent)
    }

    func get(_ path: String, port: Int) async throws -> String {
        let url = try #require(URL(string: "http://127.0.0.1:\(port)\(path)"))
        return String(decoding: try await URLSession.shared.data(from: url).0, as: UTF8.self)
    }

    @Test("clients are answered while the body runs")
    func serving() async throws {
        try await service(on: anyPort).serve { port in
            let answer = try await get("/greeting", port: port)
            #expect(answer == "hello")
        }
    }

    /// Whether somebody listens at an IPv6 address of this machine.
    func connects(to ip: in6_addr, port: Int) -> Bool {
        let number = socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(number) }
        var target = sockaddr_in6()
        target.sin6_family = sa_family_t(AF_INET6)
        target.sin6_port = in_port_t(port).bigEndian
        target.sin6_addr = ip
        return withUnsafePointer(to: target) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(number, $0, socklen_t(MemoryLayout<sockaddr_in6>.size)) == 0
            }
        }
    }

    @Test("an IPv6 address in brackets is listened on")
    func bracketed() async throws {
        let address = try #require(ListenAddress("[::1]:0", defaultPort: 1))
        #expect("\(address)" == "[::1]:0")
        try await service(on: address).serve { port in
            #expect(connects(to: in6addr_loopback, port: port))
        }
    }

    @Test("an error for a port in use names the address, the likely owner, and the flag; the body does not run")
    func taken() async throws {
        try await service(on: anyPort).serve { port in
            let taken = ListenAddress(address: anyPort.address, port: UInt16(port))
            let error = await #expect(throws: DaemonError.self) {
                try await service(on: taken).serve { _ in Issue.record("the body ran") }
            }
            #expect(error?.code == .address)
            let expected = "--address: cannot listen on \(taken): the port is in use, probably by kube-proxy"
            #expect(error?.message.hasPrefix(expected) == true)
        }
    }

    @Test("an error for an address that is not the machine's says this")
    func foreign() async throws {
        let foreign = ListenAddress(address: IPAddress(ipv4: 0xC000_0201), port: 0)
        let error = await #expect(throws: DaemonError.self) { try await service(on: foreign).serve { _ in } }
        #expect(error?.message.contains("this machine has no such address") == true)
    }

    @Test("an error from the body ends the server and is rethrown")
    func failure() async throws {
        struct Broken: Error {}
        await #expect(throws: Broken.self) { try await service(on: anyPort).serve { _ in throw Broken() } }
    }

    @Test("a port in use is served as soon as it is free")
    func retry() async throws {
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingOldest(1))
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                // Holds the port until the other service has tried it.
                try await service(on: anyPort).serve { port in
                    let taken = ListenAddress(address: anyPort.address, port: UInt16(port))
                    await #expect(throws: DaemonError.self) { try await service(on: taken).run() }
                    continuation.yield(port)
                }
            }
            guard let port = await ports.first(where: { _ in true }) else { return }
            group.addTask {
                let address = ListenAddress(address: anyPort.address, port: UInt16(port))
                try await service(on: address).keepRunning(retryingEvery: .milliseconds(5))
            }
            var answer: String?
            while answer != "hello" { answer = try? await get("/greeting", port: port) }
            group.cancelAll()
            while let result = await group.nextResult() {
                if case .failure(let error) = result { #expect(error is CancellationError, "\(error)") }
            }
        }
    }
}

@Suite("ListenAddress")
struct ListenAddressTests {
    @Test(
        "addresses are read with and without a port",
        arguments: [
            ("127.0.0.1", "127.0.0.1:7"), ("127.0.0.1:80", "127.0.0.1:80"), (":80", "0.0.0.0:80"), ("::1", "[::1]:7"),
            ("[::1]:80", "[::1]:80"),
        ])
    func reading(text: String, meaning: String) {
        #expect(ListenAddress(text, defaultPort: 7)?.description == meaning)
    }

    @Test(
        "what is not an address and a port is refused",
        arguments: ["localhost:80", "1.2.3.4:", "::1:x", "1.2.3.4:70000"])
    func refusal(text: String) {
        #expect(ListenAddress(text, defaultPort: 7) == nil)
    }
}
