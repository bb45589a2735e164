import Foundation
import KubernetesAPI
import KubernetesClient
import Mailboxes
import Synchronization
import TestKit
import Testing

@testable import NodeProxy

@Suite("Events", .timeLimit(.minutes(10)))
struct NodeEventTests {
    private func object(_ event: NodeEvent) throws -> [String: Any] {
        let data = Data(event.json(node: "n1", host: "vm"))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    @Test("an Event on the Node is the same as kube-proxy's")
    func node() throws {
        var event = NodeEvent.starting
        event.time = Date(timeIntervalSince1970: 1_795_256_700.028834)
        #expect(event.path == "/apis/events.k8s.io/v1/namespaces/default/events")
        let object = try object(event)
        let metadata = try #require(object["metadata"] as? [String: String])
        #expect(metadata["namespace"] == "default")
        #expect(metadata["name"]?.hasPrefix("n1.18ea0874") == true)
        #expect(object["eventTime"] as? String == "2026-11-21T10:25:00.028834Z")
        #expect(object["reason"] as? String == "Starting")
        #expect(object["action"] as? String == "StartKubeProxy")
        #expect(object["type"] as? String == "Normal")
        #expect(object["reportingController"] as? String == "kube-proxy")
        #expect(object["reportingInstance"] as? String == "kube-proxy-vm")
        #expect(object["regarding"] as? [String: String] == ["apiVersion": "v1", "kind": "Node", "name": "n1"])
        #expect(object["note"] == nil)
    }

    @Test("an Event on a Service is in its namespace, with the reason")
    func service() throws {
        let event = NodeEvent.noServiceHealthServer(NamespacedName(namespace: "shop", name: "web"), "taken")
        #expect(event.path == "/apis/events.k8s.io/v1/namespaces/shop/events")
        let object = try object(event)
        #expect(object["reason"] as? String == "FailedToStartServiceHealthcheck")
        #expect(object["type"] as? String == "Warning")
        #expect(object["note"] as? String == "taken")
    }

    @Test("an Event that does not reach the server is retried, a refused one is not")
    func retries() async throws {
        let recorder = EventRecorder()
        let log = LogLines()
        let written = Mailbox<[String]>([])
        recorder.record(.starting)
        recorder.record(.noHealthServer("taken"))
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await recorder.run(logger: log.logger, clock: SkippingClock()) { event in
                    let count = written.post { written in
                        written.append(event.reason)
                        return written.count
                    }
                    if count == 1 { throw ClientError(.response, "no connection", isRetryable: true) }
                    if count == 3 { throw ClientError(.response, "forbidden") }
                }
            }
            _ = try? await log.line(with: "Event FailedToStartProxierHealthcheck could not be written: forbidden")
            group.cancelAll()
        }
        #expect(
            written.withContents { $0 } == ["Starting", "Starting", "FailedToStartProxierHealthcheck"])
    }

    @Test("the number of waiting Events is limited")
    func bounded() async throws {
        let recorder = EventRecorder()
        let log = LogLines()
        for _ in 0...EventRecorder.capacity { recorder.record(.starting) }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await recorder.run(logger: log.logger) { _ in } }
            let line = try? await log.line(with: "1 Events were dropped")
            #expect(line != nil)
            group.cancelAll()
        }
    }
}
