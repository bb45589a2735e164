import InternetAddresses
import KubernetesAPI
import ServiceRouting
import Testing

@Suite struct RoutingTableTests {
    private let web = service("web")
    private let endpoints = slice("web-1", of: "web", endpoint("10.244.0.1", on: nodeName), endpoint("10.244.1.1"))

    @Test("a Service and its slices make a route, in any order of arrival")
    func anyOrder() {
        var first = RoutingTable()
        #expect(first.set(endpoints).isEmpty)
        let change = first.set(web)
        #expect(change.entries.map(\.key) == [key("web")])
        #expect(change.entries.first?.old == nil)
        #expect(change.entries.first?.new?.cluster == ["10.244.0.1:8080", "10.244.1.1:8080"])

        var second = RoutingTable()
        #expect(second.set(web).entries.first?.new?.isRefused == true)
        #expect(second.set(endpoints).entries.count == 1)
        #expect(second.route(for: key("web")) == first.route(for: key("web")))
    }

    @Test("before the initial state is complete, a Service waits for its first slice")
    func incomplete() {
        var table = RoutingTable()
        #expect(
            table.apply([.set(.service(web)), .set(.service(service("idle", ips: ["10.96.0.2"])))], isComplete: false)
                .isEmpty)
        let change = table.apply([.set(.endpointSlice(endpoints))], isComplete: false)
        #expect(change.entries.map(\.key) == [key("web")])
        #expect(table.apply([]).entries.map(\.key) == [key("idle")])
        #expect(table.route(for: key("idle"))?.isRefused == true)
    }

    @Test("a changed endpoint is one entry, with the route before and after")
    func oneFlip() {
        let others = (2...50).map { service("other-\($0)", ips: ["10.96.1.\($0)"]) }
        var table = RoutingTable([web] + others, [endpoints])
        var flipped = endpoints
        flipped.endpoints[1].conditions = []
        let change = table.set(flipped)
        #expect(change.entries.map(\.key) == [key("web")])
        #expect(change.entries.first?.old?.cluster == ["10.244.0.1:8080", "10.244.1.1:8080"])
        #expect(change.entries.first?.new?.cluster == ["10.244.0.1:8080"])
        #expect(table.routeCount == 50 && table.routes.count == 50)
    }

    @Test("a change without effect is empty")
    func noChange() {
        var table = RoutingTable([web], [endpoints])
        var touched = endpoints
        touched.metadata.resourceVersion = "2"
        touched.endpoints.reverse()
        #expect(table.set(touched).isEmpty)
        #expect(table.set(web).isEmpty)
        #expect(table.remove(.service, "unknown").isEmpty)
        #expect(table.remove(.endpointSlice, "unknown").isEmpty)
        #expect(table.apply([]).isEmpty)
    }

    @Test("objects added and removed in one batch leave no entry")
    func batch() {
        var table = RoutingTable()
        let change = table.apply([
            .set(.service(web)), .set(.endpointSlice(endpoints)),
            .removed(ObjectKey(kind: .service, name: web.metadata.namespacedName)),
        ])
        #expect(change.isEmpty && table.routeCount == 0)
    }

    @Test("the routes of a Service are removed with it, and return with it while its slices stay")
    func removal() {
        var table = RoutingTable([web], [endpoints])
        let change = table.remove(.service, "web")
        #expect(change.entries.map(\.key) == [key("web")])
        #expect(change.entries.first?.new == nil)
        #expect(table.route(for: key("web")) == nil && table.routeCount == 0)
        #expect(table.set(web).entries.first?.new?.clusterBackends.count == 2)
    }

    @Test("a Service that we no longer route loses its routes")
    func becomesIgnored() {
        var table = RoutingTable([web], [endpoints])
        var other = web
        other.metadata.labels[WellKnown.serviceProxyName] = "custom"
        #expect(table.set(other).entries.map { $0.new == nil } == [true])
        #expect(table.set(web).entries.map { $0.old == nil } == [true])
    }

    @Test("a slice whose label changes moves to the other Service")
    func sliceMoves() {
        let other = service("other", ips: ["10.96.0.2"])
        var table = RoutingTable([web, other], [endpoints])
        var moved = endpoints
        moved.metadata.labels[WellKnown.serviceName] = "other"
        #expect(table.set(moved).entries.map(\.key) == [key("other"), key("web")])
        #expect(table.route(for: key("web"))?.isRefused == true)
        #expect(table.route(for: key("other"))?.clusterBackends.count == 2)
        #expect(table.remove(.endpointSlice, "web-1").entries.map(\.key) == [key("other")])
    }

    @Test("slices without a Service, of host names or labelled headless do not count, even if they become so later")
    func ignoredSlices() {
        for ignored in [
            slice("web-1", of: nil, endpoint("10.244.0.1")),
            slice("web-1", of: "web", type: .fqdn, endpoint("10.244.0.1")),
            slice("web-1", of: "web", labels: [WellKnown.headless: ""], endpoint("10.244.0.1")),
        ] {
            #expect(RoutingTable([web], [ignored]).route(for: key("web"))?.isRefused == true)
            var table = RoutingTable([web], [endpoints])
            #expect(table.set(ignored).entries.count == 1)
            #expect(table.route(for: key("web"))?.isRefused == true)
        }
    }

    @Test("slices of one name in two namespaces are two slices")
    func namespaces() {
        var elsewhere = endpoints
        elsewhere.metadata.namespace = "elsewhere"
        var table = RoutingTable([web], [endpoints, elsewhere])
        let name = elsewhere.metadata.namespacedName
        #expect(table.apply([.removed(ObjectKey(kind: .endpointSlice, name: name))]).isEmpty)
        #expect(table.route(for: key("web"))?.clusterBackends.count == 2)
    }

    @Test("the networks of ServiceCIDRs are reported when they change, each once")
    func serviceNetworks() {
        func range(_ name: String, _ networks: String...) -> ObjectChange {
            let metadata = ObjectMeta(namespace: "", name: name)
            return .set(.serviceCIDR(ServiceCIDR(metadata: metadata, networks: networks.compactMap { IPNetwork($0) })))
        }
        var table = RoutingTable([web], [endpoints])
        let change = table.apply([range("kubernetes", "10.96.0.0/12", "fd00::/112"), range("extra", "10.96.0.0/12")])
        #expect(change.serviceNetworks?.map(\.description) == ["10.96.0.0/12", "fd00::/112"])
        #expect(change.entries.isEmpty && !change.isEmpty)
        let key = { ObjectKey(kind: .serviceCIDR, name: NamespacedName(namespace: "", name: $0)) }
        #expect(table.apply([.removed(key("extra"))]).isEmpty)
        #expect(table.apply([.removed(key("kubernetes"))]).serviceNetworks == [])
    }

    @Test("a snapshot has every route, those of the API server and of DNS first")
    func snapshot() {
        func critical(_ namespace: String, _ name: String, _ address: String) -> Service {
            var result = service(name, ips: [address])
            result.metadata.namespace = namespace
            return result
        }
        let others = (2...20).map { service("other-\($0)", ips: ["10.96.1.\($0)"]) }
        let table = RoutingTable(
            others + [
                critical("kube-system", "kube-dns", "10.96.0.10"), critical("default", "kubernetes", "10.96.0.1"),
            ])
        let routes = table.snapshot.routes
        #expect(routes.count == 21)
        #expect(routes.prefix(2).map(\.key.name.service.name) == ["kubernetes", "kube-dns"])
    }

    @Test("ports of one Service are separate routes, with each slice's port numbers")
    func ports() {
        let wide = service(
            "wide", ports: [ServicePort(name: "http", port: 80), ServicePort(name: "admin", port: 81)])
        let http = EndpointPort(name: "http", port: 8080)
        let admin = EndpointPort(name: "admin", port: 8081)
        let table = RoutingTable(
            [wide],
            [
                slice("wide-a", of: "wide", ports: [http, admin], endpoint("10.244.0.40"), endpoint("10.244.1.41")),
                slice("wide-b", of: "wide", ports: [EndpointPort(name: "http", port: 9090)], endpoint("10.244.1.42")),
                slice("wide-c", of: "wide", ports: [http], endpoint("10.244.1.41")),
            ])
        #expect(
            table.route(for: key("wide", "http"))?.cluster
                == ["10.244.0.40:8080", "10.244.1.41:8080", "10.244.1.42:9090"])
        #expect(table.route(for: key("wide", "admin"))?.cluster == ["10.244.0.40:8081", "10.244.1.41:8081"])
    }

    @Test("removing a port removes only its route")
    func portGoes() {
        let ports = [ServicePort(name: "a", port: 1), ServicePort(name: "b", port: 2), ServicePort(name: "c", port: 3)]
        var table = RoutingTable([service("web", ports: ports)])
        let change = table.set(service("web", ports: [ports[2], ports[0]]))
        #expect(change.entries.map(\.key) == [key("web", "b")])
        #expect(change.entries.first?.new == nil)
        #expect(table.routeCount == 2)
    }

    @Test("each IP family is a separate route, from the slices of that family")
    func dualStack() {
        let dual = service("dual", ips: ["10.96.0.1", "fd00::1"])
        let six = slice("dual-6", of: "dual", type: .ipv6, endpoint("fd00:10::1"))
        var table = RoutingTable([dual], [slice("dual-4", of: "dual", endpoint("10.244.1.1")), six])
        #expect(table.route(for: key("dual"))?.cluster == ["10.244.1.1:8080"])
        #expect(table.route(for: key("dual", "", .ipv6))?.cluster == ["[fd00:10::1]:8080"])
        #expect(table.remove(.endpointSlice, "dual-6").entries.map(\.key.family) == [.ipv6])
        #expect(table.set(service("dual", ips: ["10.96.0.1"])).entries.map { $0.new == nil } == [true])
    }
}
