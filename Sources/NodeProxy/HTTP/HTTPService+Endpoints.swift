import DaemonKit
import FoundationEssentials
import Hummingbird
import Logging
import Synchronization

extension HTTPService {
    /// `/healthz` and `/livez`, as kube-proxy serves them on port 10256.
    static func health(of status: ProxyStatus, on address: ListenAddress, logger: Logger) -> HTTPService {
        let router = Router()
        for question in HealthReport.Question.allCases {
            router.get("/\(question.rawValue)") { _, _ in
                let state = status.health.withLock { $0 }
                let report = HealthReport(question, state, at: .now, time: .now)
                let code = report.isPositive ? HTTPResponse.Status.ok : .serviceUnavailable
                status.metrics.withLock { $0.answered(question, status: code.code) }
                return Response(
                    status: code, headers: [.contentType: "application/json", .xContentTypeOptions: "nosniff"],
                    body: ResponseBody(byteBuffer: ByteBuffer(string: report.text)))
            }
        }
        return HTTPService(
            flag: "--healthz-bind-address", address: address, responder: router.buildResponder(), logger: logger)
    }

    /// `/metrics`, `/healthz` and `/proxyMode`, as kube-proxy serves them on port 10249.
    static func metrics(
        of status: ProxyStatus, mode: ProxyMode, on address: ListenAddress, logger: Logger
    ) -> HTTPService {
        let router = Router()
        router.get("/metrics") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: status.metricsText)))
        }
        router.get("/healthz") { _, _ in "ok" }
        router.get("/proxyMode") { _, _ in mode.name }
        return HTTPService(
            flag: "--metrics-bind-address", address: address, responder: router.buildResponder(), logger: logger)
    }
}
