import InternetAddresses
import Testing

@testable import NodeProxy

@Suite("The machine")
struct MachineTests {
    @Test(
        "addresses that mean nothing to other machines are left out",
        arguments: [
            ("192.0.2.1", true), ("fd00::1", true), ("127.0.0.1", false), ("::1", false), ("169.254.1.1", false),
            ("fe80::1", false),
        ])
    func addresses(text: String, isKept: Bool) throws {
        let address = try #require(IPAddress(text))
        #expect(Machine.reachesOthers(address) == isKept)
    }

    @Test("the kernel tells a host name and addresses of use, sorted")
    func kernel() throws {
        #expect(try !Machine.hostName().isEmpty)
        let addresses = try Machine.addresses()
        #expect(addresses == addresses.sorted())
        #expect(addresses.allSatisfy(Machine.reachesOthers))
    }
}
