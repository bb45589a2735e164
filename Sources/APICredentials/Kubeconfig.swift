import Foundation

/// The kubeconfig files that this program writes: one cluster, one user, PEM inside.
///
/// https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
struct Kubeconfig: Hashable {
    var server: String
    var user: String
    var authority: String
    var certificate: String
    var key: String

    init(server: String, user: String, authority: String, certificate: String, key: String) {
        self.server = server
        self.user = user
        self.authority = authority
        self.certificate = certificate
        self.key = key
    }

    var text: String {
        """
        apiVersion: v1
        kind: Config
        clusters:
        - name: servicelet
          cluster:
            server: \(server)
            certificate-authority-data: \(Self.base64(authority))
        users:
        - name: \(user)
          user:
            client-certificate-data: \(Self.base64(certificate))
            client-key-data: \(Self.base64(key))
        contexts:
        - name: servicelet
          context:
            cluster: servicelet
            user: \(user)
        current-context: servicelet

        """
    }

    /// Reads what `text` has written; `nil` for anything else.
    init?(parsing text: String) {
        var values: [Substring: String] = [:]
        for line in text.split(separator: "\n") {
            guard let colon = line.range(of: ": ") else { continue }
            let key = line[..<colon.lowerBound].drop { $0 == " " || $0 == "-" }
            if values[key] == nil { values[key] = String(line[colon.upperBound...]) }
        }
        guard let server = values["server"], let user = values["user"],
            let authority = Self.decode(values["certificate-authority-data"]),
            let certificate = Self.decode(values["client-certificate-data"]),
            let key = Self.decode(values["client-key-data"])
        else { return nil }
        self.init(server: server, user: user, authority: authority, certificate: certificate, key: key)
        guard self.text == text else { return nil }
    }

    private static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    private static func decode(_ text: String?) -> String? {
        text.flatMap { Data(base64Encoded: $0) }.map { String(decoding: $0, as: UTF8.self) }
    }
}
