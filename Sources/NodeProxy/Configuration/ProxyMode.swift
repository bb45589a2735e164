/// The ways of programming the kernel that this version has.
package enum ProxyMode: String, Sendable, Hashable, CaseIterable {
    case nftables
    case iptables
    case ipvs

    /// Reads the value of `--proxy-mode`; empty means the default.
    package init(option text: String) throws(ProxyError) {
        if text.isEmpty {
            self = .nftables
        } else if let mode = Self(rawValue: text) {
            self = mode
        } else if text == "userspace" {
            throw ProxyError(
                .unsupported, "--proxy-mode: \(text) is not in this version; \(Self.choices), or leave the flag away")
        } else {
            throw ProxyError(.invalidOption, "--proxy-mode: there is no mode “\(text)”; \(Self.choices)")
        }
    }

    private static var choices: String {
        let names = allCases.map(\.rawValue)
        return "use \(names.dropLast().joined(separator: ", ")) or \(names.suffix(1).joined())"
    }
}
