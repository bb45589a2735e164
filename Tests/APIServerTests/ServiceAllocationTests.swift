import InternetAddresses
import KubernetesObjects
import Testing

@testable import APIServer

@Suite struct ServiceAllocationTests {
    private let services = TestServer.services

    private func patch(_ server: TestServer, _ name: String, _ spec: JSONValue) async throws -> TestServer.Answer {
        try await server.send("PATCH", "\(services)/\(name)", ["spec": spec], type: "application/merge-patch+json")
    }

    @Test func aClusterIPIsGivenOnceUntilItIsFree() async throws {
        let server = try await TestServer()
        let spec: JSONObject = ["clusterIP": "10.96.0.7"]
        #expect(try await server.send("POST", services, TestServer.service("a", spec)).status == 201)
        let second = try await server.send("POST", services, TestServer.service("b", spec))
        #expect(second.status == 422)
        #expect(second.message.hasSuffix("failed to allocate IP 10.96.0.7: provided IP is already allocated"))
        let owner = try await server.send("GET", "/apis/networking.k8s.io/v1/ipaddresses/10.96.0.7")
        #expect(owner.json[path: "spec", "parentRef", "name"] == "a")
        try await server.send("DELETE", "\(services)/a")
        #expect(try await server.send("GET", "/apis/networking.k8s.io/v1/ipaddresses/10.96.0.7").status == 404)
        #expect(try await server.send("POST", services, TestServer.service("b", spec)).status == 201)
    }

    @Test func aRefusedServiceHoldsNothing() async throws {
        let server = try await TestServer()
        let spec: JSONObject = [
            "clusterIP": "10.96.0.7", "type": "NodePort", "ports": [["port": 0, "nodePort": 30007]],
        ]
        #expect(try await server.send("POST", services, TestServer.service("a", spec)).status == 422)
        #expect(try await server.send("GET", "/apis/networking.k8s.io/v1/ipaddresses/10.96.0.7").status == 404)
        let good: JSONObject = ["type": "NodePort", "ports": [["port": 1, "nodePort": 30007]]]
        #expect(try await server.send("POST", services, TestServer.service("b", good)).status == 201)
    }

    @Test func aRangeCanBeUsedUp() async throws {
        // Six addresses, one of which default/kubernetes has.
        let server = try await TestServer(serviceRange: "10.96.0.0/29")
        var addresses: Set<String> = ["10.96.0.1"]
        for number in 0..<5 {
            let answer = try await server.send("POST", services, TestServer.service("s\(number)"))
            addresses.insert(answer.json[path: "spec", "clusterIP"]?.string ?? "")
        }
        #expect(addresses == Set((1...6).map { "10.96.0.\($0)" }))
        let full = try await server.send("POST", services, TestServer.service("late"))
        #expect(full.status == 500)
        #expect(full.message.contains("range is full"))
    }

    @Test func portsOfOneNumberShareANodePort() async throws {
        let server = try await TestServer()
        let ports: JSONValue = [
            ["name": "t", "port": 53, "protocol": "TCP"], ["name": "u", "port": 53, "protocol": "UDP"],
        ]
        let answer = try await server.send(
            "POST", services, TestServer.service("dns", ["type": "NodePort", "ports": ports]))
        let numbers = answer.json[path: "spec", "ports"]?.array?.compactMap { $0["nodePort"]?.integer } ?? []
        #expect(numbers.count == 2)
        #expect(Set(numbers).count == 1)
    }

    @Test func aChangeOfTypeReleasesWhatIsNotUsedAnyMore() async throws {
        let server = try await TestServer()
        let spec: JSONObject = [
            "type": "NodePort", "ports": [["port": 80, "nodePort": 30001]], "clusterIP": "10.96.0.9",
        ]
        try await server.send("POST", services, TestServer.service("a", spec))
        let plain = try await patch(server, "a", ["type": "ClusterIP"])
        #expect(plain.status == 200)
        #expect(plain.json[path: "spec", "ports"]?.array?.first?["nodePort"] == nil)
        #expect(plain.json[path: "spec", "externalTrafficPolicy"] == nil)
        let other: JSONObject = ["type": "NodePort", "ports": [["port": 80, "nodePort": 30001]]]
        #expect(try await server.send("POST", services, TestServer.service("b", other)).status == 201)
        let external = try await patch(server, "a", ["type": "ExternalName", "externalName": "a.example.com"])
        #expect(external.status == 200)
        #expect(external.json[path: "spec", "clusterIP"] == nil)
        #expect(try await server.send("GET", "/apis/networking.k8s.io/v1/ipaddresses/10.96.0.9").status == 404)
    }

    @Test func aSecondFamilyComesAndGoesWithThePolicy() async throws {
        let server = try await TestServer()
        try await server.send("POST", services, TestServer.service("a"))
        let both = try await patch(server, "a", ["ipFamilyPolicy": "PreferDualStack"])
        #expect(both.json[path: "spec", "ipFamilies"] == ["IPv4", "IPv6"])
        #expect(both.json[path: "spec", "clusterIPs"]?.array?.count == 2)
        let one = try await patch(server, "a", ["ipFamilyPolicy": "SingleStack"])
        #expect(one.json[path: "spec", "ipFamilies"] == ["IPv4"])
        #expect(one.json[path: "spec", "clusterIPs"]?.array?.count == 1)
    }

    @Test func anUpdateKeepsWhatTheManifestLeavesOut() async throws {
        let server = try await TestServer()
        let first = try await server.send("POST", services, TestServer.service("a", ["type": "NodePort"]))
        let second = try await server.send("PUT", "\(services)/a", TestServer.service("a", ["type": "NodePort"]))
        #expect(second.json["spec"] == first.json["spec"])
        #expect(second.document.resourceVersion == first.document.resourceVersion)
    }

    @Test func theStaticBandIsLeftToTheLast() {
        var generator = SystemRandomNumberGenerator()
        var taken: Set<UInt64> = []
        for _ in 0..<48 {
            let position = PositionSearch.find(count: 64, staticCount: 16, using: &generator) { !taken.contains($0) }
            if let position { taken.insert(position) }
        }
        #expect(taken == Set(16..<64))
        let next = PositionSearch.find(count: 64, staticCount: 16, using: &generator) { !taken.contains($0) }
        #expect(next.map { $0 < 16 } == true)
        #expect(PositionSearch.find(count: 64, staticCount: 16, using: &generator) { _ in false } == nil)
    }

    @Test func rangesOfferAllButTheirEnds() throws {
        let network = try #require(IPNetwork("10.96.0.0/12"))
        let range = try #require(ServiceRange(network))
        #expect(range.count == 1_048_574)
        #expect(range.staticCount == 256)
        #expect(range.address(at: 0).description == "10.96.0.1")
        #expect(range.address(at: range.count - 1).description == "10.111.255.254")
        let first = try #require(IPAddress("10.96.0.0"))
        let last = try #require(IPAddress("10.111.255.255"))
        #expect(!range.offers(first))
        #expect(!range.offers(last))
        let tiny = try #require(IPNetwork("10.0.0.0/31"))
        #expect(ServiceRange(tiny) == nil)
    }
}
