import Crypto
import InternetAddresses
import ServiceRouting

/// The names of chains. Tools and people look for them, so they are those of kube-proxy.
enum ChainName {
    static let services = "KUBE-SERVICES"
    static let externalServices = "KUBE-EXTERNAL-SERVICES"
    static let nodePorts = "KUBE-NODEPORTS"
    static let postrouting = "KUBE-POSTROUTING"
    static let markForMasquerade = "KUBE-MARK-MASQ"
    static let forward = "KUBE-FORWARD"
    static let loadBalancerFirewall = "KUBE-PROXY-FIREWALL"
    /// Also kubelet's.
    static let localhostFirewall = "KUBE-FIREWALL"
    /// Empty: that it is gone shows that somebody has removed everything.
    static let canary = "KUBE-PROXY-CANARY"
    /// In the table mangle of the back end that kubelet uses.
    static let ofKubelet = ["KUBE-IPTABLES-HINT", "KUBE-KUBELET-CANARY"]

    /// Spreads connections over the endpoints of traffic policy Cluster.
    static func cluster(_ name: ServicePortName) -> String { "KUBE-SVC-" + hash(name) }

    /// Spreads connections over the endpoints of traffic policy Local.
    static func local(_ name: ServicePortName) -> String { "KUBE-SVL-" + hash(name) }

    /// Decides what becomes of connections to external addresses and node ports.
    static func external(_ name: ServicePortName) -> String { "KUBE-EXT-" + hash(name) }

    /// Lets those connections to a load balancer's address pass that come from its source ranges.
    static func firewall(_ name: ServicePortName) -> String { "KUBE-FW-" + hash(name) }

    /// Leads to one endpoint, written `address:port`.
    static func endpoint(_ name: ServicePortName, _ endpoint: String) -> String {
        "KUBE-SEP-" + hash(name, endpoint)
    }

    /// Whether a chain of the table nat belongs to one Service. `KUBE-XLB-` is what kube-proxy had before 1.25.
    static func isOfService(_ chain: some StringProtocol) -> Bool {
        ["KUBE-SVC-", "KUBE-SVL-", "KUBE-EXT-", "KUBE-FW-", "KUBE-SEP-", "KUBE-XLB-"].contains { chain.hasPrefix($0) }
    }

    /// The first 16 characters of the base32 form of a SHA-256: kernels refuse names of more than 28 characters.
    private static func hash(_ name: ServicePortName, _ endpoint: String = "") -> String {
        var text = name.description + name.transport.lowercased + endpoint
        let digest = text.withUTF8 { SHA256.hash(data: $0) }
        return digest.withUnsafeBytes { bytes in
            String(unsafeUninitializedCapacity: 16) { characters in
                for index in 0..<16 {
                    // Five bits each, which may lie in two bytes.
                    let (byte, bit) = (index * 5 / 8, index * 5 % 8)
                    let pair = UInt16(bytes[byte]) << 8 | UInt16(bytes[byte + 1])
                    let value = UInt8(truncatingIfNeeded: pair >> (11 - UInt16(bit))) & 31
                    characters[index] = value < 26 ? UInt8(ascii: "A") + value : UInt8(ascii: "2") + value - 26
                }
                return 16
            }
        }
    }
}
