import AsyncHTTPClient
import Foundation
import KubernetesObjects
import Testing

/// A full disk, and one that has corrupted data. Needs root, to mount.
@Suite(.serialized) struct DiskTests {
    private static let maps = "/api/v1/namespaces/default/configmaps"

    private func configMap(_ name: String, bytes: Int) -> [UInt8] {
        JSONWriter.bytes([
            "kind": "ConfigMap", "apiVersion": "v1", "metadata": ["name": .string(name)],
            "data": ["text": .string(String(repeating: "x", count: bytes))],
        ])
    }

    @Test(.timeLimit(.minutes(10))) func aFullDiskRefusesWritesAndReadingGoesOn() async throws {
        let folder = NSTemporaryDirectory() + "full-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let server = try ServerProcess(
            folder: folder,
            prelude: "mount -t tmpfs -o size=6m tmpfs \(folder); head -c 2000000 /dev/zero >\(folder)/ballast")
        let client = try await server.client()
        let url = server.url(Self.maps)
        var written: Set<String> = []
        var refusal: (status: Int, body: [UInt8])?
        for number in 0..<200 where refusal == nil {
            let answer = try await ServerProcess.send(
                client, "POST", url, body: configMap("n\(number)", bytes: 100_000))
            if answer.status == 201 { written.insert("n\(number)") } else { refusal = answer }
        }
        let status = try JSONParser.parse(try #require(refusal?.body))
        #expect(refusal?.status == 507)
        #expect(status["kind"] == "Status" && status["reason"] == "InsufficientStorage")
        #expect(status["message"]?.string?.hasPrefix("the disk is full: nothing was written to") == true)
        #expect(try await names(client, server) == written)
        #expect(try await ServerProcess.send(client, "GET", server.url("/readyz")).status == 200)

        // Once there is room again, writes succeed too.
        try FileManager.default.removeItem(atPath: "/proc/\(server.pid)/root\(folder)/ballast")
        let late = try await ServerProcess.send(client, "POST", url, body: configMap("late", bytes: 100_000))
        #expect(late.status == 201)
        #expect(try await names(client, server) == written.union(["late"]))
        try await client.shutdown()
        server.kill()
    }

    @Test(.timeLimit(.minutes(10))) func aDamagedFileIsRefusedWithWhatToDo() async throws {
        let folder = NSTemporaryDirectory() + "damaged-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let first = try ServerProcess(folder: folder)
        let client = try await first.client()
        let created = try await ServerProcess.send(
            client, "POST", first.url(Self.maps), body: configMap("a", bytes: 500_000))
        #expect(created.status == 201)
        try await client.shutdown()
        first.kill()
        let path = folder + "/store.sqlite"
        for file in [path, path + "-wal"] where FileManager.default.fileExists(atPath: file) {
            let handle = try FileHandle(forUpdating: URL(filePath: file))
            let end = try handle.seekToEnd()
            for offset in stride(from: UInt64(4096), to: end, by: 997) {
                try handle.seek(toOffset: offset)
                try handle.write(contentsOf: [0xA5])
            }
            try handle.close()
        }
        let bytes = try Data(contentsOf: URL(filePath: path))

        let second = try ServerProcess(folder: folder)
        #expect(await second.status() != 0)
        #expect(second.errors.contains("store.sqlite is damaged"))
        #expect(second.errors.contains("Put back a backup"))
        #expect(try Data(contentsOf: URL(filePath: path)) == bytes)
    }

    private func names(_ client: HTTPClient, _ server: ServerProcess) async throws -> Set<String> {
        let (status, body) = try await ServerProcess.send(client, "GET", server.url(Self.maps))
        #expect(status == 200)
        let items = try JSONParser.parse(body)["items"]?.array ?? []
        return Set(items.compactMap { $0[path: "metadata", "name"]?.string })
    }
}
