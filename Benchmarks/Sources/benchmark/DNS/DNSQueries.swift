import Foundation

/// The queries: mostly addresses of Services, some nonexistent names from search paths, some SRV records.
struct DNSQueries {
    let services: Int

    static func name(ofService index: Int) -> String {
        "\(Cluster.name(ofService: index)).\(ObjectWriter.namespace).svc.cluster.local"
    }

    /// The name of an endpoint without a host name: its address with dashes.
    static func name(ofEndpointAt address: String, of service: Int) -> String {
        let label = String(address.map { $0 == "." ? "-" : $0 })
        return "\(label).\(name(ofService: service))"
    }

    /// Writes them in dnsperf's format, and returns the path.
    func write() throws -> String {
        var lines = ""
        for index in 0..<20_000 {
            let name = Self.name(ofService: (index &* 7919) % services)
            switch index % 20 {
            case ..<12: lines += "\(name) A\n"
            case ..<16: lines += "\(name) AAAA\n"
            case ..<19: lines += "www.example.com.\(ObjectWriter.namespace).svc.cluster.local A\n"
            default: lines += "_http._tcp.\(name) SRV\n"
            }
        }
        let path = "/tmp/servicelet-queries-\(getpid())"
        try lines.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }
}
