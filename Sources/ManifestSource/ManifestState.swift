package import KubernetesAPI

/// The contents of each file in a folder, and the resulting objects.
///
/// A file counts as a whole: while one of its documents is invalid, its previous contents stay in force.
package struct ManifestState: Sendable {
    /// The effect of changed files.
    package struct Settlement: Sendable {
        /// Only what differs from before.
        package var changes: [ObjectChange] = []
        /// Problems that did not exist at the last settlement.
        package var problems: [ManifestProblem] = []
        /// Documents of other kinds, new since the last settlement: `web.yaml:3: v1 Pod`.
        package var ignored: [String] = []
    }

    private struct File {
        var entries: [ManifestFile.Entry] = []
        var problems: [ManifestProblem] = []
        var strangers: [ManifestFile.Stranger] = []
    }

    private struct Placed {
        var object: KubernetesObject
        var file: String
        var line: Int
    }

    private let folder: String
    private let kinds: Set<ObjectKind>
    private var files: [String: File] = [:]
    private var current: [ObjectKey: KubernetesObject] = [:]
    private var reported: Set<ManifestProblem> = []
    private var ignored: Set<String> = []

    /// A state without files, for objects of `kinds`; paths in problems begin with `folder`.
    package init(folder: String, kinds: Set<ObjectKind> = Set(ObjectKind.allCases)) {
        self.folder = folder
        self.kinds = kinds
    }

    /// The names of the files that are, or were, in use.
    package var fileNames: some Collection<String> { files.keys }

    /// Records the current content of `file`.
    package mutating func update(file: String, contents: [UInt8]) {
        guard !contents.isEmpty else {
            return fail(file: file, reason: "the file is empty; delete it, or write `---` into it, to say nothing")
        }
        let read = ManifestFile(contents, kinds: kinds)
        guard read.problems.isEmpty else {
            return fail(file: file, read.problems)
        }
        files[file] = File(entries: read.entries, strangers: read.strangers)
    }

    /// Records that `file` as a whole cannot be used; its previous contents stay in force.
    package mutating func fail(file: String, reason: String) {
        fail(file: file, [.init(line: 1, error: ObjectError(object: "", field: "", reason: reason))])
    }

    /// Records that `file` and its objects are gone.
    package mutating func remove(file: String) {
        files[file] = nil
    }

    private mutating func fail(file: String, _ problems: [ManifestFile.Problem]) {
        let before = files[file]?.entries ?? []
        let consequence = before.isEmpty ? "nothing of this file is programmed" : "what was programmed stays"
        files[file, default: File()].problems = problems.map {
            ManifestProblem(file: path(file), line: $0.line, error: $0.error, consequence: consequence)
        }
    }

    /// The effect of all updates since the last settlement, taken together: an object that moved from one file to
    /// another has not changed.
    package mutating func settle() -> Settlement {
        var (placed, problems) = place()
        problems += files.values.flatMap(\.problems)
        problems += Self.sharedNodePorts(in: placed) + Self.missingClusterIPs(in: placed)

        var settlement = Settlement()
        for (key, now) in placed where current[key] != now.object { settlement.changes.append(.set(now.object)) }
        for key in current.keys where placed[key] == nil { settlement.changes.append(.removed(key)) }
        current = placed.mapValues(\.object)

        settlement.problems = Set(problems).subtracting(reported).sorted { ($0.file, $0.line) < ($1.file, $1.line) }
        reported = Set(problems)
        let strangers = Set(
            files.flatMap { name, file in file.strangers.map { "\(path(name)):\($0.line): \($0.kind)" } })
        settlement.ignored = strangers.subtracting(ignored).sorted()
        ignored = strangers
        return settlement
    }

    /// The objects in force: if several have the same name, the one in the first file.
    private func place() -> ([ObjectKey: Placed], [ManifestProblem]) {
        var placed: [ObjectKey: Placed] = [:]
        var problems: [ManifestProblem] = []
        for (name, file) in files.sorted(by: { $0.key < $1.key }) {
            for entry in file.entries {
                let key = entry.object.key
                guard let first = placed[key] else {
                    placed[key] = Placed(object: entry.object, file: path(name), line: entry.line)
                    continue
                }
                problems.append(
                    ManifestProblem(
                        file: path(name), line: entry.line,
                        error: ObjectError(
                            object: key.description, field: "",
                            reason: "\(first.file):\(first.line) holds this object too; remove one of the two"),
                        consequence: "that one is used, this one is not"))
            }
        }
        return (placed, problems)
    }

    private static func sharedNodePorts(in placed: [ObjectKey: Placed]) -> [ManifestProblem] {
        var owners: [String: ObjectKey] = [:]
        var problems: [ManifestProblem] = []
        for (key, place) in placed.sorted(by: { $0.key.name < $1.key.name }) {
            guard case .service(let service) = place.object else { continue }
            for (index, port) in service.ports.enumerated() {
                guard let nodePort = port.nodePort else { continue }
                let number = "\(nodePort)/\(port.transport)"
                guard let owner = owners[number] else {
                    owners[number] = key
                    continue
                }
                let reason = "\(number) is a node port of \(owner) too; give one of the two another"
                let error = ObjectError(
                    object: key.description, field: "spec.ports[\(index)].nodePort", reason: reason)
                problems.append(
                    ManifestProblem(
                        file: place.file, line: place.line, error: error,
                        consequence: "only one of the two can be reached at it"))
            }
        }
        return problems
    }

    /// An API server allocates cluster IPs; in a folder each Service must specify its own.
    private static func missingClusterIPs(in placed: [ObjectKey: Placed]) -> [ManifestProblem] {
        placed.compactMap { key, place in
            guard case .service(let service) = place.object, service.clusterIPs.isEmpty, !service.isHeadless,
                service.kind != .externalName
            else { return nil }
            let reason = "the address is missing, and no API server is here to choose one; write one, or None"
            return ManifestProblem(
                file: place.file, line: place.line,
                error: ObjectError(object: key.description, field: "spec.clusterIP", reason: reason),
                consequence: "the Service has no cluster IP to be reached at")
        }
    }

    private func path(_ file: String) -> String { "\(folder)/\(file)" }
}
