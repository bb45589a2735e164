import Glibc
import InternetAddresses
import TestKit
import Testing

@Suite struct IPAddressTests {
    @Test(
        "texts are read, and written in the canonical form of RFC 5952",
        arguments: [
            ("0.0.0.0", "0.0.0.0"), ("10.96.0.1", "10.96.0.1"), ("255.255.255.255", "255.255.255.255"),
            ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("2001:DB8::A", "2001:db8::a"),
            ("2001:0db8:0000:0000:0001:0000:0000:0001", "2001:db8::1:0:0:1"),
            ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
            ("0:0:1:0:0:0:1:0", "0:0:1::1:0"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
            ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
            ("::ffff:192.0.2.1", "::ffff:192.0.2.1"), ("::ffff:c000:201", "::ffff:192.0.2.1"),
            ("64:ff9b::192.0.2.1", "64:ff9b::c000:201"),
        ])
    func canonical(text: String, written: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == written)
        #expect(IPAddress(written) == address)
    }

    @Test(
        "the lenient reader reads leading zeros as decimal, and an IPv4-mapped address as IPv4",
        arguments: [
            ("10.0.0.1", "10.0.0.1"), ("010.0.0.01", "10.0.0.1"), ("000.00.0.0000", "0.0.0.0"),
            ("::ffff:192.0.2.1", "192.0.2.1"), ("::ffff:192.0.02.001", "192.0.2.1"), ("::ffff:c000:201", "192.0.2.1"),
            ("fd00::1", "fd00::1"), ("64:ff9b::192.0.2.01", "64:ff9b::c000:201"),
        ])
    func lenient(text: String, read: String) {
        #expect(IPAddress(lenient: text)?.description == read)
    }

    @Test(
        "the lenient reader refuses text that no version of the API accepted",
        arguments: [
            "", "0", "01.2.3", "01.2.3.", ".01.2.3", "01..2.3", "01.2.3.4.5", "01.2.3.256", "0x1.2.3.4", "01.2.3.4 ",
            "01.2.3.4/8", "fe80::1%eth0", "::ffff:01.2.3", "１.2.3.04", "+1.2.3.04", "[::01.2.3.4]",
        ])
    func lenientRefused(text: String) {
        #expect(IPAddress(lenient: text) == nil)
    }

    @Test(
        "invalid addresses are refused",
        arguments: [
            "", " ", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.04", "1.2.3.", ".1.2.3", "1..2.3",
            "1.2.3.4 ",
            "+1.2.3.4", "-1.2.3.4", "0x1.2.3.4", "1.2.3.4\n", "1.2.3.4\0", "１.2.3.4", "999999999999.1.1.1",
            "1.2.3.1111",
            ":", ":::", "::1::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1:",
            ":1",
            "12345::", "g::", "::1%eth0", "[::1]", "::1/64", "1.2.3.4::", "::1.2.3", "::1.2.3.4:5", "::01.2.3.4",
            "1:2:3:4:5:6:7:1.2.3.4", "fe80::é",
        ])
    func refused(text: String) {
        #expect(IPAddress(text) == nil)
        #expect(IPAddress("\(text)"[...]) == nil)
    }

    @Test("any text is read as the C library reads it")
    func sameAsLibrary() {
        var random = SplitMix64(seed: 1)
        let alphabet = Array("0011258afF:::...")
        var accepted = 0
        for _ in 0..<200_000 {
            let text = String(
                (0..<Int.random(in: 1...15, using: &random)).map { _ in
                    alphabet[Int.random(in: alphabet.indices, using: &random)]
                })
            let expected = libraryBytes(text)
            #expect(IPAddress(text)?.networkBytes == expected, "\(text)")
            if expected != nil { accepted += 1 }
        }
        #expect(accepted > 100)
    }

    @Test("any address survives a round trip through text and through bytes")
    func roundTrip() {
        var random = SplitMix64(seed: 2)
        for _ in 0..<20_000 {
            // Many zeros, because the text omits those.
            let mask =
                UInt64.random(in: .min ... .max, using: &random) & UInt64.random(in: .min ... .max, using: &random)
            let ipv6 = IPAddress(
                ipv6High: groups(mask, &random), low: groups(mask >> 8, &random))
            let ipv4 = IPAddress(ipv4: UInt32.random(in: .min ... .max, using: &random))
            for address in [ipv6, ipv4] {
                #expect(IPAddress(address.description) == address)
                #expect(IPAddress(networkBytes: address.networkBytes) == address)
                #expect(libraryBytes(address.description) == address.networkBytes)
            }
        }
    }

    @Test("the bytes of a text are read like the text")
    func bytes() {
        for text in ["10.0.0.1", "fd00::1", "", "10.0.0.01"] {
            let read = Array(text.utf8).withUnsafeBytes { IPAddress(asciiText: $0) }
            #expect(read == IPAddress(text))
        }
    }

    @Test("other counts of bytes are not an address", arguments: [0, 1, 3, 5, 15, 17])
    func byteCounts(count: Int) {
        #expect(IPAddress(networkBytes: [UInt8](repeating: 1, count: count)) == nil)
    }

    @Test("special addresses are recognized")
    func special() throws {
        func all(_ texts: [String], _ property: (IPAddress) -> Bool) throws -> Bool {
            try texts.allSatisfy { property(try #require(IPAddress($0))) }
        }
        #expect(try all(["0.0.0.0", "::"], \.isUnspecified))
        #expect(try all(["127.0.0.1", "127.255.0.1", "::1"], \.isLoopback))
        #expect(try all(["169.254.0.1", "fe80::1", "febf::1"], \.isLinkLocal))
        #expect(try all(["224.0.0.1", "239.1.1.1", "ff02::1"], \.isMulticast))
        #expect(try all(["224.0.0.1", "ff02::1"], \.isLinkLocalMulticast))
        #expect(try all(["::ffff:10.0.0.1"], \.isIPv4Mapped))
        let ordinary = ["10.0.0.1", "128.0.0.1", "169.253.0.1", "fd00::1", "fec0::1", "::2", "::10.0.0.1"]
        #expect(
            try all(ordinary) {
                !$0.isUnspecified && !$0.isLoopback && !$0.isLinkLocal && !$0.isMulticast && !$0.isIPv4Mapped
            })
        #expect(try all(["224.0.1.1", "ff05::1"], { !$0.isLinkLocalMulticast }))
    }

    @Test("addresses sort by family, then by number")
    func order() throws {
        let sorted = try ["9.0.0.1", "10.0.0.1", "::1", "::2", "fd00::"].map { try #require(IPAddress($0)) }
        #expect(sorted.reversed().sorted() == sorted)
    }

    private func groups(_ mask: UInt64, _ random: inout SplitMix64) -> UInt64 {
        (0..<4).reduce(0) { bits, group in
            bits << 16 | (mask >> UInt64(group) & 1 == 0 ? 0 : UInt64.random(in: 0...0xFFFF, using: &random))
        }
    }

    /// The result of inet_pton(3) for `text`.
    private func libraryBytes(_ text: String) -> [UInt8]? {
        let isIPv6 = text.contains(":")
        var bytes = [UInt8](repeating: 0, count: isIPv6 ? 16 : 4)
        return inet_pton(isIPv6 ? AF_INET6 : AF_INET, text, &bytes) == 1 ? bytes : nil
    }
}
