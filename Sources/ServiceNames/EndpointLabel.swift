import DNSMessages
import InternetAddresses

/// The label of an endpoint's name below its Service's (Kubernetes DNS specification, section 2.1, "hostname").
enum EndpointLabel {
    /// The endpoint's host name, or else its address with dashes; `nil` if that is not a label.
    static func label(of endpoint: SliceFacts.Endpoint) -> [UInt8]? {
        let text: String =
            if !endpoint.hostname.isEmpty {
                endpoint.hostname
            } else {
                switch endpoint.address {
                case .address(let address): dashed(address)
                case .name(let name): dashed(name)
                }
            }
        return (1...DomainName.maximumLabelLength).contains(text.utf8.count) ? Array(text.utf8) : nil
    }

    /// `10-244-1-5`, `fd00--5`; an address that ends with colons gets a trailing zero, because a label must
    /// not end with a dash.
    static func dashed(_ address: IPAddress) -> String {
        let text = address.description.replacing(address.family == .ipv4 ? "." : ":", with: "-")
        return text.hasSuffix("-") ? text + "0" : text
    }

    private static func dashed(_ name: String) -> String {
        (name.hasSuffix(".") ? String(name.dropLast()) : name).lowercased().replacing(".", with: "-")
    }

    /// The address that `label` stands for in Pod names (section 2.6), such as `10-244-1-5` or `fd00--5`.
    static func address(from label: some Collection<UInt8>) -> IPAddress? {
        let dash = UInt8(ascii: "-")
        let text = String(decoding: label, as: UTF8.self)
        let isIPv4 = label.count(where: { $0 == dash }) == 3 && !text.contains("--")
        guard let address = IPAddress(text.replacing("-", with: isIPv4 ? "." : ":")) else { return nil }
        // An IPv4-mapped address counts as IPv4.
        return address.isIPv4Mapped ? IPAddress(ipv4: address.ipv4Bits) : address
    }
}
