import InternetAddresses
import Testing

@Suite struct IPNetworkTests {
    @Test(
        "the lenient reader reads leading zeros as decimal, and an IPv4-mapped network as IPv4",
        arguments: [
            ("010.0.0.0/8", "10.0.0.0/8"), ("10.1.2.3/8", "10.0.0.0/8"), ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
            ("fd00::1/64", "fd00::/64"),
        ])
    func lenient(text: String, read: String) {
        #expect(IPNetwork(lenient: text)?.description == read)
        #expect(IPNetwork(lenient: "\(text)0") == nil)
    }

    @Test(
        "networks are read, and bits after the prefix are dropped",
        arguments: [
            ("10.244.0.0/16", "10.244.0.0/16", "10.244.255.255"), ("10.1.2.3/8", "10.0.0.0/8", "10.255.255.255"),
            ("0.0.0.0/0", "0.0.0.0/0", "255.255.255.255"), ("255.255.255.255/0", "0.0.0.0/0", "255.255.255.255"),
            ("10.0.0.1/32", "10.0.0.1/32", "10.0.0.1"), ("10.0.0.1/31", "10.0.0.0/31", "10.0.0.1"),
            ("::1/0", "::/0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("fd00:10:244::7/48", "fd00:10:244::/48", "fd00:10:244:ffff:ffff:ffff:ffff:ffff"),
            ("fd00::1/64", "fd00::/64", "fd00::ffff:ffff:ffff:ffff"),
            ("fd00::ff/65", "fd00::/65", "fd00::7fff:ffff:ffff:ffff"),
            ("fd00::1/128", "fd00::1/128", "fd00::1"), ("fd00::1/127", "fd00::/127", "fd00::1"),
        ])
    func reads(text: String, written: String, last: String) throws {
        let network = try #require(IPNetwork(text))
        #expect(network.description == written)
        #expect(network.lastAddress.description == last)
        #expect(network.contains(network.address) && network.contains(network.lastAddress))
    }

    @Test(
        "invalid networks are refused",
        arguments: [
            "", "/", "10.0.0.0", "10.0.0.0/", "/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8",
            "10.0.0/8", " 10.0.0.0/8", "10.0.0.0/8 ", "10.0.0.0/a", "10.0.0.0/99999999999999999999", "::/129",
            "fe80::1%eth0/64",
            "10.0.0.0/８",
        ])
    func refused(text: String) {
        #expect(IPNetwork(text) == nil)
    }

    @Test("a network contains its addresses and no others")
    func contains() throws {
        let network = try #require(IPNetwork("10.244.0.0/23"))
        for inside in ["10.244.0.0", "10.244.1.255"] { #expect(network.contains(try #require(IPAddress(inside)))) }
        for outside in ["10.243.255.255", "10.244.2.0", "::ffff:10.244.0.1", "::"] {
            #expect(!network.contains(try #require(IPAddress(outside))))
        }
        let everything = try #require(IPNetwork("0.0.0.0/0"))
        #expect(!everything.contains(try #require(IPAddress("::"))))
    }

    @Test("a length that does not fit the family is refused")
    func length() throws {
        let address = try #require(IPAddress("10.0.0.1"))
        #expect(IPNetwork(containing: address, prefixLength: 33) == nil)
        #expect(IPNetwork(containing: address, prefixLength: -1) == nil)
        #expect(IPNetwork(containing: address, prefixLength: 32)?.address == address)
    }
}
