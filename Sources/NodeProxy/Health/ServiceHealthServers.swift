import DaemonKit
import Glibc
import InternetAddresses
import KubernetesAPI
import Logging
import Mailboxes
import ServiceRouting
import Synchronization

/// Serves each Service's `healthCheckNodePort`, starting and stopping servers as Services change.
struct ServiceHealthServers: Sendable {
    /// Programmed checks that are not yet served; `nil` if nothing is new.
    let checks: Mailbox<ServiceHealthChecks>
    let status: ProxyStatus
    let logger: Logger
    /// Whether the kernel has IPv6, so that one socket can serve both families.
    var hasIPv6 = access("/proc/net/if_inet6", F_OK) == 0

    /// The address of one Service's server.
    private struct Place: Sendable, Hashable {
        var service: NamespacedName
        var address: ListenAddress
    }

    private final class Counts: Sendable { let value = Mutex<[NamespacedName: ServiceHealthChecks.Check]>([:]) }

    /// Runs until the task is cancelled. A port in use is logged and retried.
    func run() async {
        let counts = Counts()
        await withTaskGroup(of: Void.self) { group in
            var running: [Place: AsyncStream<Never>.Continuation] = [:]
            var last: ServiceHealthChecks?
            while let checks = await checks.next({ $0 == last ? nil : $0 }) {
                last = checks
                let services = checks.services
                counts.value.withLock { $0 = services }
                let wanted = places(services, checks.nodePorts)
                for (place, stop) in running where !wanted.contains(place) {
                    stop.finish()
                    running[place] = nil
                }
                for place in wanted where running[place] == nil {
                    let (stopped, stop) = AsyncStream.makeStream(of: Never.self)
                    running[place] = stop
                    group.addTask { await serve(place, counts, until: stopped) }
                }
            }
            group.cancelAll()
        }
    }

    private func places(
        _ services: [NamespacedName: ServiceHealthChecks.Check], _ nodePorts: NodePortAddresses
    ) -> Set<Place> {
        var places: Set<Place> = []
        for (service, check) in services {
            for address in addresses(nodePorts) {
                places.insert(Place(service: service, address: ListenAddress(address: address, port: check.port)))
            }
        }
        return places
    }

    /// The addresses of node ports; the wildcard if node ports are open on every address.
    private func addresses(_ nodePorts: NodePortAddresses) -> [IPAddress] {
        guard !nodePorts.openEndedFamilies.isEmpty else { return nodePorts.addresses }
        return [hasIPv6 ? IPAddress(ipv6High: 0, low: 0) : IPAddress(ipv4: 0)]
    }

    private func serve(_ place: Place, _ counts: Counts, until stopped: AsyncStream<Never>) async {
        let server = HTTPService.serviceHealth(of: place.service, on: place.address, logger: logger) { [status] in
            let count = counts.value.withLock { $0[place.service]?.localEndpoints ?? 0 }
            return ServiceHealthAnswer(
                service: place.service, localEndpoints: count,
                isProxyHealthy: status.health.withLock { $0.isProgramming(at: .now) })
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    try await server.keepRunning { error in
                        status.events.record(.noServiceHealthServer(place.service, error.message))
                    }
                } catch {
                    guard !Task.isCancelled else { return }
                    logger.error("load balancers get no answer for \(place.service) on \(place.address): \(error)")
                }
            }
            group.addTask { for await _ in stopped {} }
            await group.next()
            group.cancelAll()
        }
    }
}
