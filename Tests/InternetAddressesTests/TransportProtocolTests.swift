import InternetAddresses
import Testing

@Suite struct TransportProtocolTests {
    @Test("names are those of Kubernetes, numbers those of IANA, in the same order")
    func names() {
        #expect(TransportProtocol.allCases.map(\.description) == ["TCP", "UDP", "SCTP"])
        #expect(TransportProtocol.allCases.map(\.lowercased) == ["tcp", "udp", "sctp"])
        #expect(TransportProtocol.allCases.map(\.rawValue) == [6, 17, 132])
        #expect(TransportProtocol.allCases.sorted() == TransportProtocol.allCases)
        for transport in TransportProtocol.allCases { #expect(TransportProtocol(transport.description) == transport) }
    }

    @Test("other names are refused", arguments: ["", "tcp", "Tcp", "ICMP", "TCP "])
    func refused(name: String) {
        #expect(TransportProtocol(name) == nil)
    }
}
