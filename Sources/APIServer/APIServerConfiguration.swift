import Glibc
import InternetAddresses

/// The configuration of the API server.
package struct APIServerConfiguration: Sendable {
    /// Holds everything: the store, keys and certificates, the administrator's kubeconfig.
    package var dataDirectory = "/var/lib/servicelet"
    package var bindAddress: String = "127.0.0.1"
    package var port = 6443
    package var network: ServiceNetwork
    package var limits = RequestLimits()
    /// The address at which Pods reach a DNS server in this process; `nil` without one.
    package var dns: DNSEndpoints?

    package init(network: ServiceNetwork) {
        self.network = network
    }

    /// Reads the flags, which have kube-apiserver's names.
    ///
    /// - Parameters:
    ///   - serviceRange: one or two networks of different families, such as `10.96.0.0/12,fd00:10:96::/112`.
    ///   - nodePorts: such as `30000-32767`.
    /// - Throws: `APIServerError` that names the flag and its valid values.
    package init(serviceRange: String, nodePorts: String) throws {
        var ranges: [ServiceRange] = []
        for text in serviceRange.split(separator: ",") {
            guard let network = IPNetwork(String(text)), let range = ServiceRange(network) else {
                throw APIServerError(
                    "--service-cluster-ip-range: \(text) is not a network with addresses to give, such as 10.96.0.0/12")
            }
            ranges.append(range)
        }
        guard (1...2).contains(ranges.count), Set(ranges.map(\.network.family)).count == ranges.count else {
            throw APIServerError("--service-cluster-ip-range: give one network, or two of different families")
        }
        let bounds = nodePorts.split(separator: "-").map { Int($0) }
        guard bounds.count == 2, let low = bounds[0], let high = bounds[1], low >= 1, high <= 65535, low <= high else {
            throw APIServerError("--service-node-port-range: \(nodePorts) is not a range such as 30000-32767")
        }
        self.init(network: ServiceNetwork(ranges: ranges, nodePorts: low...high))
    }

    /// The name and addresses by which clients reach the server.
    var address: IPAddress? { IPAddress(bindAddress) }

    /// The address at which clients on this machine reach the server.
    var url: String {
        guard let address, !address.isUnspecified else {
            return "https://\(address?.family == .ipv6 ? "[::1]" : "127.0.0.1"):\(port)"
        }
        return "https://" + (address.family == .ipv6 ? "[\(address)]" : "\(address)") + ":\(port)"
    }

    /// The name of this machine.
    static var hostName: String {
        var buffer = [UInt8](repeating: 0, count: 256)
        let result = buffer.withUnsafeMutableBytes { bytes in
            bytes.baseAddress.map { gethostname($0, bytes.count - 1) } ?? -1
        }
        guard result == 0 else { return "localhost" }
        return String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
    }
}

/// Why the API server cannot start or continue.
package struct APIServerError: Error, CustomStringConvertible, Sendable {
    /// What failed, why, and what to do.
    package let message: String

    package var description: String { message }

    init(_ message: String) {
        self.message = message
    }
}
