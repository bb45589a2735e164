import InternetAddresses
import KubernetesAPI
import Testing

@testable import ServiceRouting

@Suite("Health checks for load balancers")
struct ServiceHealthChecksTests {
    private let name = NamespacedName(namespace: "default", name: "lb")

    private func balanced(ips: [String] = ["10.96.0.1"], ports: [ServicePort] = [ServicePort(port: 80)]) -> Service {
        var service = service("lb", kind: .loadBalancer, ips: ips, ports: ports, externalPolicy: .local)
        service.healthCheckNodePort = 32001
        return service
    }

    private func table(_ objects: KubernetesObject...) -> RoutingTable {
        var table = RoutingTable(configuration: RoutingConfiguration(nodeName: nodeName))
        _ = table.apply(objects.map { .set($0) })
        return table
    }

    private func checks(_ objects: KubernetesObject...) -> ServiceHealthChecks {
        var table = RoutingTable(configuration: RoutingConfiguration(nodeName: nodeName))
        _ = table.apply(objects.map { .set($0) })
        return ServiceHealthChecks(table.snapshot)
    }

    @Test("ready endpoints on this node count on any port, each pod once")
    func count() {
        let ports = [ServicePort(name: "a", port: 80), ServicePort(name: "b", port: 81)]
        let checks = checks(
            .service(balanced(ips: ["10.96.0.1", "fd00::1"], ports: ports)),
            .endpointSlice(
                slice(
                    "v4", of: "lb", ports: [EndpointPort(name: "a", port: 8080), EndpointPort(name: "b", port: 8081)],
                    endpoint("10.244.0.1", on: nodeName), endpoint("10.244.0.2", on: nodeName),
                    endpoint("10.244.1.1"))),
            .endpointSlice(
                slice(
                    "v6", of: "lb", type: .ipv6, ports: [EndpointPort(name: "a", port: 8080)],
                    endpoint("fd00:244::1", on: nodeName))))
        #expect(checks.services == [name: ServiceHealthChecks.Check(port: 32001, localEndpoints: 2)])
    }

    @Test("terminating endpoints take connections, but do not count")
    func terminating() {
        let checks = checks(
            .service(balanced()), .endpointSlice(slice("a", of: "lb", endpoint("10.244.0.1", .draining, on: nodeName))))
        #expect(checks.services[name]?.localEndpoints == 0)
    }

    @Test("a Service without endpoints has a check, one under policy Cluster has none")
    func others() {
        #expect(checks(.service(balanced())).services[name]?.localEndpoints == 0)
        var cluster = balanced()
        cluster.externalTrafficPolicy = .cluster
        #expect(checks(.service(cluster)).services.isEmpty)
    }

    @Test("changes are followed")
    func changes() {
        var table = table(.service(balanced()))
        var checks = ServiceHealthChecks(table.snapshot)
        func apply(_ change: ObjectChange) {
            checks.apply(table.apply([change]))
            #expect(checks == ServiceHealthChecks(table.snapshot))
        }
        let endpoints = slice("a", of: "lb", endpoint("10.244.0.1", on: nodeName))
        apply(.set(.endpointSlice(endpoints)))
        #expect(checks.services[name]?.localEndpoints == 1)
        // Connections still go there, so that alone does not change the route.
        apply(.set(.endpointSlice(slice("a", of: "lb", endpoint("10.244.0.1", .draining, on: nodeName)))))
        #expect(checks.services[name]?.localEndpoints == 0)
        var moved = balanced()
        moved.healthCheckNodePort = 32002
        apply(.set(.service(moved)))
        #expect(checks.services[name]?.port == 32002)
        apply(.removed(KubernetesObject.service(moved).key))
        #expect(checks.services.isEmpty)
    }
}
