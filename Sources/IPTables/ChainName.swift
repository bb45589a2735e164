import Crypto

/// The chain names shared by kube-proxy's modes, which tools and people look for.
package enum ChainName {
    package static let services = "KUBE-SERVICES"
    package static let externalServices = "KUBE-EXTERNAL-SERVICES"
    package static let nodePorts = "KUBE-NODEPORTS"
    package static let postrouting = "KUBE-POSTROUTING"
    package static let markForMasquerade = "KUBE-MARK-MASQ"
    package static let forward = "KUBE-FORWARD"
    package static let loadBalancerFirewall = "KUBE-PROXY-FIREWALL"
    /// Shared with kubelet.
    package static let localhostFirewall = "KUBE-FIREWALL"
    /// An empty chain. If it is gone, something has flushed the table.
    package static let canary = "KUBE-PROXY-CANARY"
    /// Kubelet's chains in the table mangle, which show its back end.
    package static let ofKubelet = ["KUBE-IPTABLES-HINT", "KUBE-KUBELET-CANARY"]

    /// The first 16 characters of the base32 form of the SHA-256 of `text`: kernels refuse chain names of more than 28
    /// characters.
    package static func hash(_ text: String) -> String {
        var text = text
        let digest = text.withUTF8 { SHA256.hash(data: $0) }
        return digest.withUnsafeBytes { bytes in
            String(unsafeUninitializedCapacity: 16) { characters in
                for index in 0..<16 {
                    // Groups of five bits, which may straddle two bytes.
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
