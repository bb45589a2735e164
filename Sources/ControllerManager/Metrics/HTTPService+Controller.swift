package import DaemonKit
import Hummingbird
package import Logging

extension HTTPService {
    /// `/healthz`, `/readyz` and `/metrics`.
    package static func controller(
        _ metrics: ControllerMetrics, on address: ListenAddress, logger: Logger
    ) -> HTTPService {
        let router = Router()
        router.get("/healthz") { _, _ in "ok" }
        router.get("/readyz") { _, _ in
            metrics.isReady
                ? Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(string: "ok")))
                : Response(
                    status: .serviceUnavailable,
                    body: ResponseBody(byteBuffer: ByteBuffer(string: "not all objects have been read yet")))
        }
        router.get("/metrics") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: metrics.text)))
        }
        return HTTPService(
            flag: "--metrics-bind-address", address: address, responder: router.buildResponder(), logger: logger)
    }
}
