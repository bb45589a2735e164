import Foundation
import KubernetesAPI
import KubernetesTestKit
import Logging
import ManifestSource
import ObjectSource
import TestKit
import Testing

@Suite(.timeLimit(.minutes(10))) struct ManifestSourceTests {
    @Test("a folder is read once, with its problems")
    func readOnce() throws {
        try withFolder { folder in
            try folder.write("a.yaml", service("a"))
            try folder.write("b.yml", "kind: [")
            try folder.write("c.json", #"{"kind":"Node","apiVersion":"v1","metadata":{"name":"n1"}}"#)
            try folder.write(".hidden.yaml", service("h"))
            try folder.write("notes.txt", "kind: [")
            let (objects, problems) = try ManifestSource.read(path: folder.path)
            #expect(Set(objects.map(\.key.description)) == ["Service default/a", "Node n1"])
            #expect(problems.map(\.file) == ["\(folder.path)/b.yml"])
        }
    }

    @Test("the recorded clusters are accepted as they are, as folders and as single files")
    func scenarios() throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: Fixtures.scenarios.path)
        where !name.hasSuffix(".md") {
            let path = Fixtures.scenarios.appending(path: "\(name)/objects.yaml").path
            let (objects, problems) = try ManifestSource.read(path: path)
            #expect(!objects.isEmpty)
            #expect(problems.isEmpty, "\(problems)")
        }
    }

    @Test("an empty path is refused, and the error says what to do")
    func nothingThere() async throws {
        let source = ManifestSource(
            path: "/nonexistent/manifests", kinds: [.service], logger: Logger(label: "test"))
        let error = await #expect(throws: ManifestSourceError.self) {
            try await source.run(into: ObjectInbox(waitingFor: []))
        }
        #expect(error?.code == .notFound)
        #expect(error?.message.contains("/nonexistent/manifests") == true)
    }

    @Test("the initial objects arrive first, then all kinds are synchronized")
    func start() async throws {
        try await withRunningSource { folder in
            try folder.write("a.yaml", service("a"))
            try folder.write("b.yaml", "kind: [")
        } test: { _, inbox, logs in
            let batch = try await inbox.nextSynchronized()
            #expect(batch == ["set Service default/a"])
            #expect(logs.contains("this is not YAML"))
        }
    }

    @Test("added, changed and removed files are reported")
    func edits() async throws {
        try await withRunningSource { _ in
        } test: { folder, inbox, _ in
            #expect(try await inbox.nextSynchronized() == [])
            try folder.write("a.yaml", service("a"))
            #expect(try await inbox.nextChanges() == ["set Service default/a"])
            try folder.write("a.yaml", service("a", port: 81))
            #expect(try await inbox.nextChanges() == ["set Service default/a"])
            try folder.remove("a.yaml")
            #expect(try await inbox.nextChanges() == ["removed Service default/a"])
        }
    }

    @Test("an editor that writes another file and renames it is followed")
    func rename() async throws {
        try await withRunningSource { folder in
            try folder.write("a.yaml", service("a"))
        } test: { folder, inbox, _ in
            _ = try await inbox.nextSynchronized()
            try folder.write(".a.yaml.swp", service("a", port: 81))
            try folder.rename(".a.yaml.swp", to: "a.yaml")
            #expect(try await inbox.nextChanges() == ["set Service default/a"])
        }
    }

    @Test("a new file is read when its writer is done, not before")
    func slowWriter() async throws {
        try await withRunningSource { _ in
        } test: { folder, inbox, logs in
            _ = try await inbox.nextSynchronized()
            let file = try folder.create("a.yaml")
            // Enough time for a source that does not wait to fail.
            try await Task.sleep(for: .milliseconds(50))
            try file.write(contentsOf: Data(service("a").utf8))
            try file.close()
            #expect(try await inbox.nextChanges() == ["set Service default/a"])
            #expect(!logs.contains("the file is empty"))
        }
    }

    @Test("hard links are read at once")
    func hardLink() async throws {
        try await withRunningSource { folder in
            try folder.write("template", service("a"))
        } test: { folder, inbox, _ in
            _ = try await inbox.nextSynchronized()
            try FileManager.default.linkItem(atPath: "\(folder.path)/template", toPath: "\(folder.path)/a.yaml")
            #expect(try await inbox.nextChanges() == ["set Service default/a"])
        }
    }

    @Test("a mounted ConfigMap is followed through its links")
    func configMap() async throws {
        try await withRunningSource { folder in
            try folder.makeFolder("..1")
            try folder.write("..1/a.yaml", service("a"))
            try folder.link("..data", to: "..1")
            try folder.link("a.yaml", to: "..data/a.yaml")
        } test: { folder, inbox, _ in
            #expect(try await inbox.nextSynchronized() == ["set Service default/a"])
            try folder.makeFolder("..2")
            try folder.write("..2/a.yaml", service("a", port: 81))
            try folder.link("..data_tmp", to: "..2")
            try folder.rename("..data_tmp", to: "..data")
            #expect(try await inbox.nextChanges() == ["set Service default/a"])
        }
    }

    @Test("a vanished folder removes nothing, and is read again when it returns")
    func vanishing() async throws {
        try await withRunningSource { folder in
            try folder.write("a.yaml", service("a"))
        } test: { folder, inbox, logs in
            _ = try await inbox.nextSynchronized()
            try FileManager.default.moveItem(atPath: folder.path, toPath: folder.path + "-away")
            _ = try await logs.line(with: "what was programmed stays in force")
            try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
            try folder.write("b.yaml", service("b"))
            var told: Set<String> = []
            while told.count < 2 { told.formUnion(try await inbox.nextChanges()) }
            #expect(told == ["removed Service default/a", "set Service default/b"])
            try FileManager.default.removeItem(atPath: folder.path + "-away")
        }
    }

    @Test("a single file is followed, and its neighbours are not")
    func singleFile() async throws {
        try await withRunningSource(file: "only.conf") { folder in
            try folder.write("only.conf", service("a"))
            try folder.write("other.yaml", service("b"))
        } test: { folder, inbox, _ in
            #expect(try await inbox.nextSynchronized() == ["set Service default/a"])
            try folder.write("other.yaml", service("c"))
            try folder.write("new", service("a", port: 81))
            try folder.rename("new", to: "only.conf")
            #expect(try await inbox.nextChanges() == ["set Service default/a"])
            try folder.remove("only.conf")
            #expect(try await inbox.nextChanges() == ["removed Service default/a"])
        }
    }
}

private func service(_ name: String, port: Int = 80) -> String {
    "kind: Service\napiVersion: v1\nmetadata: {name: \(name)}\nspec: {clusterIP: 10.96.0.5, ports: [{port: \(port)}]}\n"
}

/// Runs a source over a new folder until `test` returns; a source that does not end then hits the time limit.
private func withRunningSource(
    file: String? = nil, prepare: (Folder) throws -> Void,
    test: @escaping @Sendable (Folder, ObjectInbox, LogLines) async throws -> Void
) async throws {
    let folder = try Folder()
    defer { folder.removeAll() }
    try prepare(folder)
    let logs = LogLines()
    let inbox = ObjectInbox(waitingFor: Set(ObjectKind.allCases))
    let source = ManifestSource(
        path: file.map { "\(folder.path)/\($0)" } ?? folder.path, kinds: Set(ObjectKind.allCases), logger: logs.logger)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await source.run(into: inbox) }
        try await test(folder, inbox, logs)
        group.cancelAll()
        try await group.waitForAll()
    }
}

private func withFolder(_ body: (Folder) throws -> Void) throws {
    let folder = try Folder()
    defer { folder.removeAll() }
    try body(folder)
}

extension ObjectInbox {
    /// Everything until all kinds are synchronized.
    fileprivate func nextSynchronized() async throws -> Set<String> {
        var told: Set<String> = []
        while let batch = await next() {
            told.formUnion(batch.changes.map(\.summary))
            if batch.isSynchronized { return told }
        }
        throw CancellationError()
    }

    fileprivate func nextChanges() async throws -> Set<String> {
        guard let batch = await next() else { throw CancellationError() }
        return Set(batch.changes.map(\.summary))
    }
}

extension ObjectChange {
    fileprivate var summary: String {
        switch self {
        case .set(let object): "set \(object.key)"
        case .removed(let key): "removed \(key)"
        }
    }
}

private struct Folder: Sendable {
    let path = FileManager.default.temporaryDirectory.appending(path: "manifests-\(UUID())").path

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(filePath: "\(path)/\(name)"))
    }

    func create(_ name: String) throws -> FileHandle {
        let descriptor = open("\(path)/\(name)", O_WRONLY | O_CREAT, 0o644)
        guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: "\(path)/\(name)") }

    func makeFolder(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: "\(path)/\(name)", withIntermediateDirectories: false)
    }

    func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: "\(path)/\(name)", withDestinationPath: target)
    }

    func rename(_ name: String, to other: String) throws {
        guard Foundation.rename("\(path)/\(name)", "\(path)/\(other)") == 0 else { throw CocoaError(.fileWriteUnknown) }
    }

    func removeAll() { try? FileManager.default.removeItem(atPath: path) }
}
