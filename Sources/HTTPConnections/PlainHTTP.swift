package import HummingbirdCore
import Logging
import NIOCore

extension HTTPServerBuilder {
    /// HTTP/1.1 without TLS, by a server that can be cancelled at any moment.
    package static var plain: HTTPServerBuilder {
        HTTPServerBuilder { responder in PlainHTTP(http: HTTP1Channel(responder: responder)) }
    }
}

private struct PlainHTTP: ServerChildChannel {
    let http: HTTP1Channel

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<AcceptedConnection> {
        AcceptedConnection.hold(channel)
    }

    func handle(value: AcceptedConnection, logger: Logger) async {
        do {
            guard let channel = try await value.begin({ http.setup(channel: $0, logger: logger) }) else { return }
            await http.handle(value: channel, logger: logger)
        } catch {
            logger.debug("a connection could not be served: \(error)")
        }
    }
}
