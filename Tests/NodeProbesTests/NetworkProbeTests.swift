import Diagnosis
import Foundation
import Glibc
import InternetAddresses
import Testing

@testable import NodeProbes

/// What probes make of answers that are late, or of questions that are lost.
@Suite("Network probes", .timeLimit(.minutes(10)))
struct NetworkProbeTests {
    private static let loopback = IPAddress(ipv4: 0x7F00_0001)

    /// A socket on a port of the loopback that the kernel chooses; the caller closes it.
    private func server(_ type: __socket_type) throws -> (descriptor: Int32, port: UInt16) {
        let descriptor = socket(AF_INET, Int32(type.rawValue), 0)
        try #require(descriptor >= 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 ? getsockname(descriptor, $0, &length) : -1
            }
        }
        try #require(result == 0)
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    @Test("a backend that has accepted counts, even if there is no time left to wait for it")
    func late() throws {
        let (descriptor, port) = try server(SOCK_STREAM)
        defer { close(descriptor) }
        try #require(listen(descriptor, 1) == 0)
        let backend = BackendKey(address: Self.loopback, port: port, transport: .tcp)
        #expect(BackendProbe.ask([backend], timeout: .zero) == [backend: BackendAnswer(.accepted)])
    }

    @Test("a question to a DNS server that is lost is repeated")
    func lost() throws {
        let (descriptor, port) = try server(SOCK_DGRAM)
        defer { close(descriptor) }
        let thread = Thread {
            var sender = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            var message = [UInt8](repeating: 0, count: 512)
            withUnsafeMutablePointer(to: &sender) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                    // The first one is lost. The second one comes back as an answer without records.
                    _ = recvfrom(descriptor, &message, message.count, 0, nil, nil)
                    let count = recvfrom(descriptor, &message, message.count, 0, address, &length)
                    message[2] |= 0x80
                    _ = sendto(descriptor, message, max(0, count), 0, address, length)
                }
            }
        }
        thread.start()
        let reply = DNSProbe.ask("web.shop.svc.cluster.local", server: Self.loopback, port: port, timeout: .seconds(60))
        #expect(reply.outcome == .addresses([]))
    }
}
