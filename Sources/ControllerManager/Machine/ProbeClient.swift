import AsyncHTTPClient
import MachineController
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Probes the readiness of processes and containers.
struct ProbeClient: Sendable {
    private let http: HTTPClient

    /// Runs `body` with a client, which ends with it.
    static func with(_ body: @Sendable (ProbeClient) async throws -> Void) async throws {
        var configuration = HTTPClient.Configuration()
        // As in kubelet, a probe does not verify certificates.
        configuration.tlsConfiguration = .makeClientConfiguration()
        configuration.tlsConfiguration?.certificateVerification = .none
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = .http1Only
        try await HTTPClient.withHTTPClient(configuration: configuration) { http in
            try await body(ProbeClient(http: http))
        }
    }

    /// Whether a probe succeeds; network failures count as false.
    func succeeds(_ probe: ReadinessProbe) async -> Bool {
        let timeout = TimeAmount.seconds(probe.timeout)
        switch probe.action {
        case .http(let request): return await succeeds(request, timeout)
        case .tcp(let host, let port): return await connects(host, port, timeout)
        case .unsupported: return false
        }
    }

    private func succeeds(_ request: ReadinessProbe.HTTPRequest, _ timeout: TimeAmount) async -> Bool {
        let host = request.host.contains(":") ? "[\(request.host)]" : request.host
        let scheme = request.usesTLS ? "https" : "http"
        var asked = HTTPClientRequest(url: "\(scheme)://\(host):\(request.port)\(request.target)")
        asked.headers.add(name: "User-Agent", value: "kube-probe/1.36")
        asked.headers.add(name: "Accept", value: "*/*")
        asked.headers.add(name: "Connection", value: "close")
        for header in request.headers { asked.headers.replaceOrAdd(name: header.name, value: header.value) }
        do {
            let response = try await http.execute(asked, timeout: timeout)
            return (200..<400).contains(response.status.code)
        } catch {
            return false
        }
    }

    private func connects(_ host: String, _ port: UInt16, _ timeout: TimeAmount) async -> Bool {
        do {
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(timeout).connect(host: host, port: Int(port)).get()
            try await channel.close()
            return true
        } catch {
            return false
        }
    }
}
