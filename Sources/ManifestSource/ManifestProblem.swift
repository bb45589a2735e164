package import KubernetesAPI

/// Something in a manifest that its author should fix.
package struct ManifestProblem: Sendable, Hashable {
    /// The path of the file.
    package var file: String
    /// Counted from 1.
    package var line: Int
    /// What is wrong where, and how to fix it. The object is empty if the whole file is meant.
    package var error: ObjectError
    /// What this means for the objects until then.
    package var consequence: String

    package init(file: String, line: Int, error: ObjectError, consequence: String) {
        self.file = file
        self.line = line
        self.error = error
        self.consequence = consequence
    }
}

extension ManifestProblem: CustomStringConvertible {
    /// `web.yaml:7: Service default/web: spec.ports[0].port: 0 is not a port; … — what was programmed stays`
    package var description: String {
        let what = error.object.isEmpty ? error.reason : error.description
        return "\(file):\(line): \(what) — \(consequence)"
    }
}
