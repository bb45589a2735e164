import DaemonKit
import Hummingbird
import InternetAddresses
import KubernetesClient
import Logging
import ServiceNames
import Synchronization

extension DNSServer {
    /// `/health`, `/ready` and `/metrics`, at the configured addresses.
    func httpServices(_ configuration: DNSConfiguration) -> [HTTPService] {
        let state = state
        var routers: [(flag: String, address: String, router: Router<BasicRequestContext>)] = []
        if let health = configuration.health {
            let router = Router()
            router.get("/health") { _, _ in
                state.isLame.load(ordering: .relaxed)
                    ? Self.text(.serviceUnavailable, "stopping") : Self.text(.ok, "OK")
            }
            routers.append(("health", health.address, router))
        }
        if let address = configuration.readyAddress {
            let router = Router()
            router.get("/ready") { _, _ in
                let readiness = Readiness(state, configuration: configuration)
                return Self.text(readiness.isReady ? .ok : .serviceUnavailable, readiness.text)
            }
            routers.append(("ready", address, router))
        }
        if let address = configuration.metricsAddress {
            let router = Router()
            router.get("/metrics") { _, _ in
                Response(
                    status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                    body: ResponseBody(byteBuffer: ByteBuffer(string: MetricsText(state).text)))
            }
            routers.append(("prometheus", address, router))
        }
        return routers.compactMap { flag, text, router in
            let text = text.hasPrefix("localhost:") ? "127.0.0.1" + text.dropFirst(9) : text
            guard let address = ListenAddress(text, defaultPort: 9153) else {
                logger.error("\(flag): \(text) is not an address to serve at; write it like :8080")
                return nil
            }
            return HTTPService(flag: flag, address: address, responder: router.buildResponder(), logger: logger)
        }
    }

    private static func text(_ status: HTTPResponse.Status, _ text: String) -> Response {
        Response(
            status: status, headers: [.contentType: "text/plain; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}

/// Whether questions can be answered, and why not otherwise.
struct Readiness: Sendable, Hashable {
    let isReady: Bool
    let text: String

    init(_ state: DNSServerState, configuration: DNSConfiguration) {
        guard state.isListening.load(ordering: .relaxed) else {
            (isReady, text) = (false, "not listening yet")
            return
        }
        guard configuration.cluster != nil else {
            (isReady, text) = (true, "OK")
            return
        }
        guard state.names.current?.isSynchronized == true else {
            (isReady, text) = (false, "kubernetes: no objects have been read yet, names of the cluster are unknown")
            return
        }
        // Taking every server out of service because the API is unreachable would make things worse.
        (isReady, text) =
            state.requests.snapshot.isReachable
            ? (true, "OK") : (true, "OK\nkubernetes: the API server is out of reach, answers may be out of date")
    }
}
