import DNSMessages
import Logging
import NIOSSL
import Synchronization

/// Forwards questions to upstreams until one answers: in the order of the policy, those that are down last.
final class Forwarder: Sendable {
    /// The timeout of a question in total, and of one upstream.
    private static let deadline = Duration.seconds(5)
    private static let patience = Duration.seconds(2)

    let plugin: ForwardPlugin
    let upstreams: [Upstream]
    private let turn = Atomic<UInt>(0)
    private let inFlight = Atomic<UInt32>(0)
    private let rejections = Atomic<UInt64>(0)
    private let allDown = Atomic<UInt64>(0)
    /// Set once our own question came back: further forwarding would loop forever.
    private let isLooping = Atomic<Bool>(false)

    /// Throws if a file of certificate authorities cannot be used.
    init(_ plugin: ForwardPlugin) throws(DNSConfigurationError) {
        self.plugin = plugin
        var upstreams: [Upstream] = []
        for address in plugin.upstreams {
            var context: NIOSSLContext?
            let name = address.serverName ?? plugin.serverName
            if address.isTLS {
                context = try Self.context(for: address, authorities: plugin.authorities)
            }
            upstreams.append(
                Upstream(
                    address,
                    connections: UpstreamConnections(address, tls: context, serverName: name, expiry: plugin.expiry)))
        }
        self.upstreams = upstreams
    }

    private static func context(
        for address: UpstreamAddress, authorities file: String?
    ) throws(DNSConfigurationError) -> NIOSSLContext {
        let place = "forward to \(address)"
        do {
            var tls = TLSConfiguration.makeClientConfiguration()
            if let file {
                let certificates = try NIOSSLCertificate.fromPEMFile(file)
                guard !certificates.isEmpty else {
                    throw DNSConfigurationError(place: place, "tls: \(file) holds no certificate in PEM")
                }
                tls.trustRoots = .certificates(certificates)
            }
            return try NIOSSLContext(configuration: tls)
        } catch let error as DNSConfigurationError {
            throw error
        } catch {
            let source = file.map { "\($0) is no file of certificates in PEM" } ?? "TLS cannot be set up"
            throw DNSConfigurationError(place: place, "tls: \(source): \(error)")
        }
    }

    /// Whether names like this are forwarded.
    func covers(_ name: DomainName) -> Bool {
        name.isWithin(plugin.from) && !plugin.except.contains { name.isWithin($0) }
    }

    var rejectionCount: UInt64 { rejections.load(ordering: .relaxed) }
    /// The number of questions that arrived when all upstreams were down.
    var allDownCount: UInt64 { allDown.load(ordering: .relaxed) }

    func noteLoop() { isLooping.store(true, ordering: .relaxed) }
    var hasLoop: Bool { isLooping.load(ordering: .relaxed) }

    /// The answer of the first upstream that gives one. SERVFAIL and REFUSED count as answers.
    func forward(
        _ question: Question, flags: MessageFlags, wantsSignatures: Bool
    ) async throws(ForwardError) -> Response {
        guard !hasLoop else {
            throw ForwardError(
                .loop, "\(upstreams.first.map { "\($0.address)" } ?? "upstream") sends questions back here")
        }
        let limit = plugin.maximumConcurrent == 0 ? 4096 : plugin.maximumConcurrent
        let count = inFlight.wrappingAdd(1, ordering: .relaxed).newValue
        defer { inFlight.wrappingSubtract(1, ordering: .relaxed) }
        guard count <= limit else {
            rejections.wrappingAdd(1, ordering: .relaxed)
            throw ForwardError(.overload, "\(limit) questions are on their way upstream already")
        }
        let clock = ContinuousClock()
        let end = clock.now + Self.deadline
        var last = ForwardError(.timeout, "no upstream has answered")
        var attempts = 0
        for upstream in order() {
            let start = clock.now
            let patience = min(Self.patience, end - start)
            guard patience > .zero, attempts < 4 else { break }
            attempts += 1
            do {
                let received = try await upstream.connections.exchange(
                    question, flags: flags, wantsSignatures: wantsSignatures, usesTCP: plugin.usesTCP, timeout: patience
                )
                upstream.noteSuccess()
                upstream.metrics.record(received.response.code, seconds: (clock.now - start).inSeconds)
                return received.response
            } catch {
                upstream.noteFailure()
                last = (error as? ForwardError) ?? ForwardError(.connection, "\(upstream.address)", cause: error)
            }
        }
        throw last
    }

    /// The upstreams in the order to try them.
    private func order() -> [Upstream] {
        var order = upstreams
        switch plugin.policy {
        case .random: order.shuffle()
        case .roundRobin:
            let start = Int(turn.wrappingAdd(1, ordering: .relaxed).oldValue % UInt(max(1, order.count)))
            order = Array(order[start...] + order[..<start])
        case .sequential: break
        }
        let up = order.filter { !$0.isDown(limit: plugin.maximumFailures) }
        // If all are down, that may be our fault: they are tried anyway.
        if up.isEmpty { allDown.wrappingAdd(1, ordering: .relaxed) }
        return up + order.filter { $0.isDown(limit: plugin.maximumFailures) }
    }

    /// Probes failed upstreams until the task is cancelled.
    func probe() async throws {
        let question = Question(name: .root, type: .ns)
        while true {
            try await Task.sleep(for: max(plugin.healthInterval, .milliseconds(50)))
            for upstream in upstreams where upstream.failureCount > 0 {
                do {
                    _ = try await upstream.connections.exchange(
                        question, flags: .recursionDesired, wantsSignatures: false, usesTCP: plugin.usesTCP,
                        timeout: .seconds(1))
                    upstream.noteSuccess()
                } catch {
                    upstream.noteFailure()
                    upstream.metrics.countProbeFailure()
                }
            }
        }
    }

    func close() {
        for upstream in upstreams { upstream.connections.close() }
    }
}
