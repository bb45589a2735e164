import AsyncHTTPClient
import Foundation
import KubernetesObjects
import Testing

/// The writes that the server has acknowledged.
private actor Ledger {
    private(set) var names: Set<String> = []

    func note(_ name: String) { names.insert(name) }

    func count(of round: Int) -> Int { names.count { $0.hasPrefix("r\(round)-") } }
}

/// The whole program, killed and restarted.
@Suite(.serialized) struct CrashTests {
    private static let maps = "/api/v1/namespaces/default/configmaps"

    @Test(.timeLimit(.minutes(10))) func whatWasAcknowledgedSurvivesAHundredKills() async throws {
        let folder = NSTemporaryDirectory() + "crash-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let ledger = Ledger()
        for round in 0..<100 {
            let server = try ServerProcess(folder: folder)
            let client = try await server.client()
            // The objects of the last round; in the end all that exist.
            let selector = round == 99 ? "" : "?labelSelector=round%3Dr\(round - 1)"
            let written = await ledger.names.filter { round == 99 || $0.hasPrefix("r\(round - 1)-") }
            let missing = written.subtracting(try await names(client, server.url(Self.maps + selector)))
            #expect(missing.isEmpty, "lost after kill \(round)")
            await withTaskGroup(of: Void.self) { group in
                for writer in 0..<8 {
                    let url = server.url(Self.maps)
                    group.addTask {
                        // Ends when the server is gone.
                        for number in 0... {
                            let name = "r\(round)-w\(writer)-\(number)"
                            let labels: JSONObject = ["labels": ["round": .string("r\(round)")]]
                            let body = JSONWriter.bytes(TestServer.configMap(name, labels))
                            guard let answer = try? await ServerProcess.send(client, "POST", url, body: body),
                                answer.status == 201
                            else { return }
                            await ledger.note(name)
                        }
                    }
                }
                // In half of the rounds writing has begun, however slow the machine is. The delay varies the moment.
                while round.isMultiple(of: 2), await ledger.count(of: round) < 3, !Task.isCancelled {
                    try? await Task.sleep(for: .milliseconds(1))
                }
                try? await Task.sleep(for: .milliseconds(Int.random(in: 1...100)))
                server.kill()
                // Their pending answers will not arrive.
                group.cancelAll()
            }
            try await client.shutdown()
        }
        #expect(await ledger.names.count > 100)
    }

    private func names(_ client: HTTPClient, _ url: String) async throws -> Set<String> {
        let (status, body) = try await ServerProcess.send(client, "GET", url)
        #expect(status == 200)
        let items = try JSONParser.parse(body)["items"]?.array ?? []
        return Set(items.compactMap { $0[path: "metadata", "name"]?.string })
    }

    @Test(.timeLimit(.minutes(10))) func bodiesThatAreTooLargeAreRefused() async throws {
        let folder = NSTemporaryDirectory() + "large-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let server = try ServerProcess(folder: folder)
        let client = try await server.client()
        let large = [UInt8](repeating: UInt8(ascii: " "), count: (3 << 20) + 1)
        let (status, body) = try await ServerProcess.send(client, "POST", server.url(Self.maps), body: large)
        #expect(status == 413)
        #expect(try JSONParser.parse(body)["reason"] == "RequestEntityTooLarge")
        let (after, _) = try await ServerProcess.send(client, "GET", server.url(Self.maps))
        #expect(after == 200)
        try await client.shutdown()
        server.kill()
    }
}
