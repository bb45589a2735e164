import DaemonKit
import InternetAddresses
import Testing

@Suite("The machine")
struct MachineTests {
    @Test("the kernel reports a host name, and the machine's addresses, sorted")
    func kernel() throws {
        #expect(try !Machine.hostName().isEmpty)
        let addresses = try Machine.addresses()
        #expect(addresses == addresses.sorted())
        #expect(addresses.contains { $0.isLoopback })
        #expect(try !Machine.addresses(except: ["lo"]).contains { $0.isLoopback })
    }
}
