import InternetAddresses
import KubernetesAPI
import Testing

@testable import ServiceRouting

@Suite struct EndpointSelectionTests {
    /// Both policies' endpoints of the unnamed TCP port in IPv4.
    private func select(
        _ slices: EndpointSlice..., zone: String? = "z1", port: ServicePort = ServicePort(port: 80)
    ) -> EndpointSelection {
        EndpointSelection(
            for: port, family: .ipv4, in: slices.compactMap { RoutedSlice($0) },
            on: RoutingNode(name: nodeName, zone: zone), lists: [.cluster, .local, .serving])
    }

    private func text(_ backends: [Backend]) -> [String] { backends.map(\.description) }

    @Test("ready endpoints are used, with the slice's port and in order of their addresses")
    func readyEndpoints() {
        let selection = select(
            slice("a", of: "web", endpoint("10.244.1.9"), endpoint("10.244.0.7", on: nodeName)),
            slice("b", of: "web", ports: [EndpointPort(port: 9090)], endpoint("10.244.0.10")))
        #expect(text(selection.cluster) == ["10.244.0.7:8080", "10.244.0.10:9090", "10.244.1.9:8080"])
        #expect(selection.cluster.map(\.isLocal) == [true, false, false])
        #expect(text(selection.local) == ["10.244.0.7:8080"])
        #expect(selection.hasEndpoints)
    }

    @Test("endpoints that serve while terminating are used only if none is ready")
    func draining() {
        let none = select(
            slice(
                "a", of: "web", endpoint("10.244.0.15", .draining, on: nodeName), endpoint("10.244.1.15", .draining),
                endpoint("10.244.1.16", .terminating), endpoint("10.244.1.17", .serving)))
        #expect(text(none.cluster) == ["10.244.0.15:8080", "10.244.1.15:8080"])
        #expect(text(none.local) == ["10.244.0.15:8080"])

        let remote = select(
            slice("a", of: "web", endpoint("10.244.0.15", .draining, on: nodeName), endpoint("10.244.1.15")))
        #expect(text(remote.cluster) == ["10.244.1.15:8080"])
        #expect(text(remote.local) == ["10.244.0.15:8080"])

        let own = select(
            slice(
                "a", of: "web", endpoint("10.244.0.15", .draining, on: nodeName),
                endpoint("10.244.0.16", on: nodeName)))
        #expect(text(own.local) == ["10.244.0.16:8080"])
    }

    @Test("a ready terminating endpoint is ready, for publishNotReadyAddresses")
    func readyAndTerminating() {
        let selection = select(slice("a", of: "web", endpoint("10.244.1.1", [.ready, .serving, .terminating])))
        #expect(text(selection.cluster) == ["10.244.1.1:8080"])
    }

    @Test("endpoints that do not serve do not count")
    func unusable() {
        let selection = select(
            slice("a", of: "web", endpoint("10.244.0.1", .terminating, on: nodeName), endpoint("10.244.1.1", [])))
        #expect(selection.cluster.isEmpty && selection.local.isEmpty && !selection.hasEndpoints)
    }

    @Test("endpoints elsewhere count as existing even if only local ones are requested")
    func elsewhere() {
        let selection = EndpointSelection(
            for: ServicePort(port: 80), family: .ipv4,
            in: [slice("a", of: "web", endpoint("10.244.1.1", .draining))].compactMap { RoutedSlice($0) },
            on: RoutingNode(name: nodeName), lists: .local)
        #expect(selection.hasEndpoints && selection.local.isEmpty && selection.cluster.isEmpty)
    }

    @Test("ports match by name and protocol, and a slice port for all ports leads nowhere")
    func portMatch() {
        let http = ServicePort(name: "http", port: 80)
        let selection = select(
            slice("a", of: "web", ports: [EndpointPort(name: "http", port: 8080)], endpoint("10.244.1.1")),
            slice("b", of: "web", ports: [EndpointPort(name: "https", port: 8443)], endpoint("10.244.1.2")),
            slice(
                "c", of: "web", ports: [EndpointPort(name: "http", transport: .udp, port: 1)], endpoint("10.244.1.3")),
            slice("d", of: "web", ports: [EndpointPort(name: "http", port: nil)], endpoint("10.244.1.4")),
            slice("e", of: "web", ports: [], endpoint("10.244.1.5")),
            slice("f", of: "web", ports: [EndpointPort(name: "http", port: 81)], endpoint("10.244.1.6")), port: http)
        #expect(text(selection.cluster) == ["10.244.1.1:8080", "10.244.1.6:81"])
    }

    @Test("slices of the other family do not count")
    func families() {
        let selection = select(
            slice("a", of: "web", type: .ipv6, endpoint("fd00::1")), slice("b", of: "web", endpoint("10.244.1.1")))
        #expect(text(selection.cluster) == ["10.244.1.1:8080"])
    }

    @Test("one address and port in several slices is one backend, local if any slice says so")
    func duplicates() {
        let slices = [
            slice("a", of: "web", endpoint("10.244.1.1", .draining), endpoint("10.244.1.2", on: "")),
            slice("b", of: "web", endpoint("10.244.1.1"), endpoint("10.244.1.2", on: nodeName)),
            slice("c", of: "web", ports: [EndpointPort(port: 9090)], endpoint("10.244.1.1")),
        ]
        for slices in [slices, slices.reversed()] {
            let selection = select(slices[0], slices[1], slices[2])
            #expect(text(selection.cluster) == ["10.244.1.1:8080", "10.244.1.1:9090", "10.244.1.2:8080"])
            #expect(selection.cluster.map(\.isLocal) == [false, false, true])
        }
    }

    @Test("of two Pods with one address, the one that is not terminating counts alone: node, conditions and hints")
    func addressTakenOver() {
        let leaving = endpoint("10.244.1.1", .draining, on: nodeName, zones: ["z1"])
        let new = endpoint("10.244.1.1", on: "n2", zones: ["z2"])
        let other = endpoint("10.244.1.2", on: "n2", zones: ["z1"])
        for order in [[leaving, new, other], [other, new, leaving]] {
            let selection = select(slice("a", of: "web", order[0], order[1], order[2]))
            #expect(text(selection.cluster) == ["10.244.1.2:8080"])
            #expect(selection.local.isEmpty)
        }
        // Even if only the terminating one could serve.
        let starting = endpoint("10.244.1.1", [], on: "n2")
        #expect(!select(slice("a", of: "web", leaving, starting)).hasEndpoints)
    }

    @Test("serving endpoints are known in addition to the chosen ones")
    func serving() {
        let selection = select(
            slice(
                "a", of: "web", endpoint("10.244.1.1", zones: ["z1"]), endpoint("10.244.1.2", zones: ["z2"]),
                endpoint("10.244.1.3", .draining), endpoint("10.244.1.4", .serving), endpoint("10.244.1.5", [])))
        #expect(text(selection.cluster) == ["10.244.1.1:8080"])
        #expect(selection.serving.map(\.address.description).map { $0.last } == ["1", "2", "3", "4"])
    }
}
