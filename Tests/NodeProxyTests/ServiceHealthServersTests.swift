import DaemonKit
import Foundation
import FoundationNetworking
import InternetAddresses
import KubernetesAPI
import KubernetesTestKit
import Mailboxes
import ServiceRouting
import Synchronization
import TestKit
import Testing

@testable import NodeProxy

@Suite("The health checks of load balancers", .timeLimit(.minutes(10)))
struct ServiceHealthServersTests {
    private let status = ProxyStatus()
    private let log = LogLines()
    private let loopback = IPAddress(ipv4: 0x7F00_0001)

    @Test("the answer is the same as kube-proxy's", arguments: [("lb", 1, 200), ("none", 0, 503)])
    func answer(name: String, count: Int, code: Int) throws {
        let recorded = try Fixtures.kubeProxy("health-check-node-port-\(name).txt")
        let answer = ServiceHealthAnswer(
            service: NamespacedName(namespace: "default", name: name), localEndpoints: count, isProxyHealthy: true)
        #expect(recorded.hasSuffix("\r\n\r\n" + answer.text) || recorded.hasSuffix("\n\n" + answer.text))
        #expect(recorded.hasPrefix("HTTP/1.1 \(code) "))
        #expect(answer.isPositive == (code == 200))
        #expect(recorded.contains("X-Load-Balancing-Endpoint-Weight: \(count)"))
    }

    @Test("a proxy that falls behind reports itself unhealthy")
    func unhealthy() {
        let service = NamespacedName(namespace: "default", name: "lb")
        let answer = ServiceHealthAnswer(service: service, localEndpoints: 1, isProxyHealthy: false)
        #expect(!answer.isPositive)
        #expect(answer.text.contains(#""serviceProxyHealthy": false"#))
    }

    /// A Service with a check on a port of the loopback address.
    private func snapshot(port: UInt16?, endpoints: Int) -> RoutingSnapshot {
        let name = ServicePortName(service: NamespacedName(namespace: "default", name: "lb"), port: "http")
        let addresses = (0..<endpoints).map { IPAddress(ipv4: 0x0AF4_0001 + UInt32($0)) }
        let route = ServicePortRoute(
            key: RouteKey(name: name, family: .ipv4), frontends: [], clusterBackends: [],
            healthCheck: port.map { ServicePortRoute.HealthCheck(port: $0, readyEndpoints: addresses) })
        return RoutingSnapshot(routes: [route], nodePorts: NodePortAddresses([loopback]))
    }

    private func get(_ path: String, port: UInt16) async throws -> HTTPURLResponse {
        let url = try #require(URL(string: "http://127.0.0.1:\(port)\(path)"))
        let (_, response) = try await URLSession.shared.data(from: url)
        return try #require(response as? HTTPURLResponse)
    }

    /// Queries until the answer has this code, or until there is no answer for `nil`.
    private func wait(for code: Int?, port: UInt16) async throws {
        while true {
            do {
                if try await get("/", port: port).statusCode == code { return }
            } catch is URLError {
                if code == nil { return }
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    @Test("servers open, follow the number of endpoints, and close with the Services")
    func life() async throws {
        status.health.withLock { $0.programmed(at: .now) }
        let port = try ReservedPort.take()
        let checks = Mailbox(ServiceHealthChecks())
        let servers = ServiceHealthServers(checks: checks, status: status, logger: log.logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await servers.run() }
            checks.post { $0 = ServiceHealthChecks(snapshot(port: port, endpoints: 2)) }
            try await wait(for: 200, port: port)
            let response = try await get("/any/path", port: port)
            #expect(response.value(forHTTPHeaderField: "X-Load-Balancing-Endpoint-Weight") == "2")
            #expect(response.value(forHTTPHeaderField: "Content-Type") == "application/json")
            checks.post { $0 = ServiceHealthChecks(snapshot(port: port, endpoints: 0)) }
            try await wait(for: 503, port: port)
            checks.post { $0 = ServiceHealthChecks(snapshot(port: nil, endpoints: 0)) }
            try await wait(for: nil, port: port)
            group.cancelAll()
        }
    }

    @Test("a port in use is logged as an error that names the Service")
    func taken() async throws {
        let anyPort = ListenAddress(address: loopback, port: 0)
        try await HTTPService.health(of: status, on: anyPort, logger: log.logger).serve { port in
            let checks = Mailbox(ServiceHealthChecks(snapshot(port: UInt16(port), endpoints: 1)))
            let servers = ServiceHealthServers(checks: checks, status: status, logger: log.logger)
            await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await servers.run() }
                let line = try? await log.line(with: "healthCheckNodePort of Service default/lb: cannot listen on")
                #expect(line?.hasPrefix("error:") == true)
                group.cancelAll()
            }
        }
    }
}
