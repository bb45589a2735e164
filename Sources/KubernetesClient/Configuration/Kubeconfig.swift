import Foundation

/// One or several kubeconfig files, merged: of entries with the same name, and of the current context, the first
/// counts.
///
/// See https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/.
struct Kubeconfig {
    /// The names of each list's entries, in the file and in messages.
    private enum Section: String, CaseIterable {
        case clusters, users, contexts

        var field: String { String(rawValue.dropLast()) }
    }

    private let files: [String]
    private var currentContext: (name: String, file: String)?
    private var entries: [Section: [String: KubeconfigEntry]] = [:]

    /// Reads `files`. In a list some may be absent; existing files must be valid.
    init(files: [String]) throws(ClientError) {
        self.files = files
        var found = 0
        for file in files {
            guard let text = try Self.read(file, mayBeAbsent: files.count > 1) else { continue }
            found += 1
            try merge(KubeconfigEntry(file: file, text: text))
        }
        guard found > 0 else {
            throw ClientError(
                .configuration,
                "none of the kubeconfig files exists: \(files.joined(separator: ", ")); set KUBECONFIG or "
                    + "--kubeconfig to one that does"
            )
        }
    }

    /// The configuration of the current context.
    func configuration() throws(ClientError) -> KubernetesClientConfiguration {
        guard let currentContext else {
            throw ClientError(
                .configuration,
                "\(files.joined(separator: ", ")): current-context: is not set; set it with `kubectl config "
                    + "use-context NAME`"
            )
        }
        let context = try entry(.contexts, currentContext.name, askedBy: "\(currentContext.file): current-context")
        let asker = "\(context.file): \(context.path)"
        guard let clusterName = try context.string("cluster") else {
            throw context.error("cluster", "is not set; name one of the clusters of the kubeconfig")
        }
        let cluster = try entry(.clusters, clusterName, askedBy: "\(asker): cluster")
        var configuration = try cluster.cluster()
        if let userName = try context.string("user") {
            let user = try entry(.users, userName, askedBy: "\(asker): user")
            configuration.authentication = try user.user(cluster: cluster)
        }
        return configuration
    }

    private static func read(_ file: String, mayBeAbsent: Bool) throws(ClientError) -> String? {
        if mayBeAbsent, !FileManager.default.fileExists(atPath: file) { return nil }
        do {
            return try String(contentsOf: URL(filePath: file), encoding: .utf8)
        } catch {
            throw ClientError(
                .configuration,
                "cannot read the kubeconfig \(file): \(Material.reason(error)); check that --kubeconfig, KUBECONFIG or "
                    + "clientConnection.kubeconfig names a file that we may read"
            )
        }
    }

    private mutating func merge(_ root: KubeconfigEntry) throws(ClientError) {
        if currentContext == nil, let name = try root.string("current-context") {
            currentContext = (name, root.file)
        }
        for section in Section.allCases {
            for item in try root.entries(section.rawValue, label: { "\(section.rawValue)[\($0)]" }) {
                guard let name = try item.string("name") else {
                    throw item.error("name", "is not set; each of the \(section.rawValue) needs one")
                }
                guard entries[section]?[name] == nil else { continue }
                let path = "\(section.field) \"\(name)\""
                guard let entry = try item.named(path).entry(section.field) else { continue }
                entries[section, default: [:]][name] = entry.named(path)
            }
        }
    }

    private func entry(_ section: Section, _ name: String, askedBy asker: String) throws(ClientError) -> KubeconfigEntry
    {
        if let entry = entries[section]?[name] { return entry }
        let names = (entries[section] ?? [:]).keys.sorted().joined(separator: ", ")
        throw ClientError(
            .configuration,
            "\(asker): there is no \(section.field) \"\(name)\"; "
                + "\(names.isEmpty ? "the \(section.rawValue) are empty" : "there are: \(names)")"
        )
    }
}
