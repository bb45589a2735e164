/// A request with its body.
package struct APIRequest: Sendable {
    package var method: String
    /// Without the query, percent-decoded.
    package var path: String
    package var query: QueryParameters
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]
    /// The verified client certificate.
    package var certificate: ClientCertificate?

    /// A request for `target`, the path and query as sent.
    package init(
        method: String, target: String, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
        certificate: ClientCertificate? = nil
    ) {
        self.method = method
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = PercentEncoding.decode(parts.first ?? "/")
        query = QueryParameters(parts.count > 1 ? parts[1] : "")
        self.headers = headers
        self.body = body
        self.certificate = certificate
    }

    /// The first value of a header, by its name in lower case; empty if it is missing.
    package func header(_ name: String) -> String {
        headers.first { $0.name == name }?.value ?? ""
    }

    package func allHeaders(_ name: String) -> [String] {
        headers.compactMap { $0.name == name ? $0.value : nil }
    }
}

/// The subject of a client certificate.
package struct ClientCertificate: Sendable, Hashable {
    package var commonName: String
    package var organizations: [String]

    package init(commonName: String, organizations: [String]) {
        self.commonName = commonName
        self.organizations = organizations
    }
}
