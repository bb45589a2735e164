import DNSMessages
import Testing

@Suite("DomainName")
struct DomainNameTests {
    @Test(
        "text and bytes convert to each other, including escapes",
        arguments: [
            (".", [0]), ("a.", [1, 0x61, 0]), ("web.Shop.", [3, 0x77, 0x65, 0x62, 4, 0x53, 0x68, 0x6F, 0x70, 0]),
            (#"a\.b."#, [3, 0x61, 0x2E, 0x62, 0]), (#"\000\255."#, [2, 0, 255, 0]),
        ] as [(String, [UInt8])])
    func texts(text: String, wire: [UInt8]) {
        #expect(DomainName(text)?.wire == wire)
        #expect(DomainName(trusted: wire).description == text)
    }

    @Test("names that are too long, and empty labels, are invalid")
    func limits() {
        #expect(DomainName(String(repeating: "a", count: 64)) == nil)
        #expect(DomainName("a..b") == nil)
        let label = String(repeating: "a", count: 63) + "."
        #expect(DomainName(label + label + label + String(repeating: "a", count: 61))?.wire.count == 255)
        #expect(DomainName(label + label + label + String(repeating: "a", count: 62)) == nil)
    }

    @Test("a name is within a zone at label boundaries only, ignoring case")
    func zones() throws {
        let zone = try #require(DomainName("cluster.local"))
        #expect(try #require(DomainName("web.CLUSTER.local")).isWithin(zone))
        #expect(zone.isWithin(zone))
        #expect(zone.isWithin(.root))
        #expect(try !#require(DomainName("mycluster.local")).isWithin(zone))
        #expect(try !#require(DomainName("local")).isWithin(zone))
    }
}
