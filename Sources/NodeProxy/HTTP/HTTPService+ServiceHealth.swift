import DaemonKit
import Hummingbird
import KubernetesAPI
import Logging
import Synchronization

/// The answer to a load balancer's check for one Service's endpoints on this node, as in kube-proxy.
struct ServiceHealthAnswer: Sendable, Hashable {
    var service: NamespacedName
    var localEndpoints: Int
    /// Whether the proxy keeps up with changes: a load balancer should not rely on old rules.
    var isProxyHealthy: Bool

    /// 200 or 503.
    var isPositive: Bool { localEndpoints > 0 && isProxyHealthy }

    /// JSON.
    var text: String {
        """
        {
        \t"service": {
        \t\t"namespace": "\(service.namespace)",
        \t\t"name": "\(service.name)"
        \t},
        \t"localEndpoints": \(localEndpoints),
        \t"serviceProxyHealthy": \(isProxyHealthy)
        }
        """
    }
}

extension HTTPService {
    /// Answers any request, on any path, for one Service's `healthCheckNodePort`.
    static func serviceHealth(
        of service: NamespacedName, on address: ListenAddress, logger: Logger,
        answer: @escaping @Sendable () -> ServiceHealthAnswer
    ) -> HTTPService {
        let router = Router()
        for path in ["/", "**"] as [RouterPath] {
            for method in [.get, .head, .post, .put, .options] as [HTTPRequest.Method] {
                router.on(path, method: method) { _, _ in
                    let answer = answer()
                    var headers: HTTPFields = [.contentType: "application/json", .xContentTypeOptions: "nosniff"]
                    if let name = HTTPFields.Element.Name("X-Load-Balancing-Endpoint-Weight") {
                        headers[name] = "\(answer.localEndpoints)"
                    }
                    return Response(
                        status: answer.isPositive ? .ok : .serviceUnavailable, headers: headers,
                        body: ResponseBody(byteBuffer: ByteBuffer(string: answer.text)))
                }
            }
        }
        return HTTPService(
            flag: "healthCheckNodePort of Service \(service)", address: address, responder: router.buildResponder(),
            logger: logger)
    }
}
