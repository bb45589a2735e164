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
                return Response(report.text, type: "application/json", status: code, isTypeFixed: true)
            }
        }
        return HTTPService(
            flag: "--healthz-bind-address", address: address, responder: router.buildResponder(), logger: logger)
    }

    /// `/metrics`, `/metrics/slis`, `/healthz`, `/proxyMode`, `/statusz`, and with `pages` `/configz` and `/flagz`, as
    /// kube-proxy serves them on port 10249; also `/explain?service=shop/web`, if there is an inquiry to answer it.
    static func metrics(
        of status: ProxyStatus, mode: ProxyMode, pages: ProxyPages? = nil, inquiry: (any NodeInquiry)? = nil,
        on address: ListenAddress, logger: Logger
    ) -> HTTPService {
        let router = Router()
        let started = Date.now
        func answer(_ path: RouterPath, _ response: @escaping @Sendable () -> Response) {
            router.get(path) { _, _ in response() }
        }
        let metricsType = "text/plain; version=0.0.4; charset=utf-8; escaping=underscores"
        router.get("/metrics") { _, _ in
            Response(await status.fullMetricsText() + (inquiry?.metricsText ?? ""), type: metricsType)
        }
        answer("/metrics/slis") {
            Response(ProxyPages.slis(startTime: ProcessUsage().startTime), type: metricsType)
        }
        answer("/healthz") { Response("ok", isTypeFixed: true) }
        answer("/proxyMode") { Response(mode.name, isTypeFixed: true) }
        answer("/statusz") { Response(ProxyPages.statusz(started: started, now: .now)) }
        for path in ["/debug/pprof", "/debug/pprof/**", "/debug/flags/v"] as [RouterPath] {
            answer(path) { Response(ProxyPages.noProfiles, status: .notFound, isTypeFixed: true) }
        }
        if let inquiry {
            router.get("/explain") { request, _ in
                let parameters = request.uri.queryParameters
                let service = parameters["service"].map { String($0) } ?? ""
                let origin = parameters["from"].map { String($0) }
                let answer = await inquiry.explain(service, from: origin)
                return Response(
                    answer.json, type: "application/json", status: answer.isValid ? .ok : .badRequest, isTypeFixed: true
                )
            }
        }
        if let pages {
            answer("/configz") { Response(pages.configz, type: "application/json", isTypeFixed: true) }
            answer("/flagz") { Response(pages.flagz) }
        }
        return HTTPService(
            flag: "--metrics-bind-address", address: address, responder: router.buildResponder(), logger: logger)
    }
}

extension Response {
    /// A text; `isTypeFixed` forbids content sniffing, where kube-proxy does so.
    fileprivate init(
        _ text: String, type: String = "text/plain; charset=utf-8", status: HTTPResponse.Status = .ok,
        isTypeFixed: Bool = false
    ) {
        var headers: HTTPFields = [.contentType: type]
        if isTypeFixed { headers[.xContentTypeOptions] = "nosniff" }
        self.init(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
