import Foundation
import Yams

/// A mapping in a kubeconfig that knows its path, so that errors can name it.
struct KubeconfigEntry {
    let file: String
    /// `user "admin"`; empty for the file itself.
    let path: String
    private let mapping: Node.Mapping

    /// The kubeconfig in `text`.
    init(file: String, text: String) throws(ClientError) {
        do {
            let node = try Yams.compose(yaml: text)
            guard let mapping = node?.mapping else {
                throw ClientError(.configuration, "\(file): this is not a kubeconfig; it must be a YAML mapping")
            }
            self.init(file: file, path: "", mapping: mapping)
        } catch let error as ClientError {
            throw error
        } catch {
            throw ClientError(.configuration, "\(file): this is not YAML: \(error)")
        }
    }

    private init(file: String, path: String, mapping: Node.Mapping) {
        self.file = file
        self.path = path
        self.mapping = mapping
    }

    func error(_ field: String, _ reason: String) -> ClientError {
        ClientError(.configuration, [file, path, field, reason].filter { !$0.isEmpty }.joined(separator: ": "))
    }

    func has(_ field: String) -> Bool { value(field) != nil }

    /// A scalar as written; `nil` if it is absent, empty or null.
    func string(_ field: String) throws(ClientError) -> String? {
        guard let node = value(field) else { return nil }
        guard let scalar = node.scalar else { throw error(field, "must be a string") }
        return scalar.string.isEmpty ? nil : scalar.string
    }

    func entry(_ field: String) throws(ClientError) -> KubeconfigEntry? {
        guard let node = value(field) else { return nil }
        guard let mapping = node.mapping else { throw error(field, "must be a mapping") }
        let path = path.isEmpty ? field : "\(self.path): \(field)"
        return KubeconfigEntry(file: file, path: path, mapping: mapping)
    }

    func strings(_ field: String) throws(ClientError) -> [String] {
        try sequence(field).map { node throws(ClientError) in
            guard let scalar = node.scalar else { throw error(field, "must be a list of strings") }
            return scalar.string
        }
    }

    /// The mappings of a list; `label` makes the path of each from its index.
    func entries(_ field: String, label: (Int) -> String) throws(ClientError) -> [KubeconfigEntry] {
        var entries: [KubeconfigEntry] = []
        for (index, node) in try sequence(field).enumerated() {
            guard let mapping = node.mapping else { throw error("\(field)[\(index)]", "must be a mapping") }
            entries.append(KubeconfigEntry(file: file, path: label(index), mapping: mapping))
        }
        return entries
    }

    /// The same mapping with a clearer path.
    func named(_ path: String) -> KubeconfigEntry { KubeconfigEntry(file: file, path: path, mapping: mapping) }

    /// Bytes in base64 or the path of a file, relative to the folder of the kubeconfig; the bytes win, as in kubectl.
    func material(_ field: String) throws(ClientError) -> Material? {
        if let text = try string("\(field)-data") {
            guard let data = Data(base64Encoded: text, options: .ignoreUnknownCharacters), !data.isEmpty else {
                throw error("\(field)-data", "is not base64; write the output of `base64 -w0 FILE` there")
            }
            return .data([UInt8](data))
        }
        return try file(field).map { .file($0) }
    }

    func file(_ field: String) throws(ClientError) -> String? { try string(field).map(absolute) }

    func absolute(_ path: String) -> String {
        path.hasPrefix("/")
            ? path : URL(filePath: path, relativeTo: URL(filePath: file).deletingLastPathComponent()).path
    }

    private func value(_ field: String) -> Node? {
        guard let node = mapping[Node(field)], node.null == nil else { return nil }
        return node
    }

    private func sequence(_ field: String) throws(ClientError) -> [Node] {
        guard let node = value(field) else { return [] }
        guard let sequence = node.sequence else { throw error(field, "must be a list") }
        return Array(sequence)
    }
}
