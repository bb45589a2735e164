import InternetAddresses
import Testing

@testable import UserspaceProxy

@Suite("The PROXY protocol")
struct ProxyHeaderTests {
    let client = RelayAddress(IPAddress(ipv4: 0xCB00_710A), 50_000)
    let server = RelayAddress(IPAddress(ipv4: 0x0A60_0005), 80)

    @Test("version 1 is a line of text")
    func text() {
        let header = String(decoding: ProxyHeader.v1.bytes(from: client, to: server), as: UTF8.self)
        #expect(header == "PROXY TCP4 203.0.113.10 10.96.0.5 50000 80\r\n")
    }

    @Test("version 2 has the signature, the lengths and the addresses of the family")
    func binary() throws {
        let signature: [UInt8] = [13, 10, 13, 10, 0, 13, 10, 0x51, 0x55, 0x49, 0x54, 10]
        #expect(
            ProxyHeader.v2.bytes(from: client, to: server) == signature + [
                0x21, 0x11, 0, 12, 203, 0, 113, 10, 10, 96, 0, 5, 0xC3, 0x50, 0, 80,
            ])
        let far = RelayAddress(try #require(IPAddress("fd00::7")), 1)
        let near = RelayAddress(try #require(IPAddress("fd00::8")), 2)
        let header = ProxyHeader.v2.bytes(from: far, to: near)
        #expect(header.count == 16 + 36)
        #expect(Array(header[12..<16]) == [0x21, 0x21, 0, 36])
        #expect(Array(header.suffix(4)) == [0, 1, 0, 2])
    }
}
