import Foundation
import Testing

@testable import KubeProxyConfig

@Suite("Watching the configuration file", .timeLimit(.minutes(10)))
struct ConfigurationWatchTests {
    private let folder: URL
    private var path: String { folder.appending(path: "config.conf").path }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "servicelet-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try "one".write(toFile: path, atomically: false, encoding: .utf8)
    }

    private func remove() throws { try FileManager.default.removeItem(at: folder) }

    @Test("a rewritten file ends it, with an explanation", arguments: [false, true])
    func written(atomically: Bool) async throws {
        let path = path
        let error = await #expect(throws: ConfigurationError.self) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await ConfigurationWatch(path, text: "one").run() }
                try "two".write(toFile: path, atomically: atomically, encoding: .utf8)
                try await group.next()
            }
        }
        #expect(error?.message.hasPrefix("--config: \(path) has changed") == true)
        try remove()
    }

    @Test("a change between reading and watching is detected")
    func early() async throws {
        let path = path
        await #expect(throws: ConfigurationError.self) {
            try await ConfigurationWatch(path, text: "zero").run()
        }
        try remove()
    }

    @Test("replacing a link beside the file, as kubelet does with ConfigMaps, ends it")
    func configMap() async throws {
        let manager = FileManager.default
        for (name, text) in [("..1", "one"), ("..2", "two")] {
            let version = folder.appending(path: name)
            try manager.createDirectory(at: version, withIntermediateDirectories: true)
            try text.write(to: version.appending(path: "config.conf"), atomically: false, encoding: .utf8)
        }
        let data = folder.appending(path: "..data").path
        try manager.createSymbolicLink(atPath: data, withDestinationPath: "..1")
        try manager.removeItem(atPath: path)
        try manager.createSymbolicLink(atPath: path, withDestinationPath: "..data/config.conf")
        let path = path
        await #expect(throws: ConfigurationError.self) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await ConfigurationWatch(path, text: "one").run() }
                try manager.createSymbolicLink(atPath: data + "_tmp", withDestinationPath: "..2")
                #expect(rename(data + "_tmp", data) == 0)
                try await group.next()
            }
        }
        try remove()
    }

    @Test("cancellation ends it; a file that disappears is not a change")
    func cancelled() async throws {
        let path = path
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await ConfigurationWatch(path, text: "one").run() }
            try remove()
            group.cancelAll()
            try await group.waitForAll()
        }
    }
}
