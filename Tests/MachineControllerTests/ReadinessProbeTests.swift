import KubernetesObjects
import Testing

@testable import MachineController

@Suite struct ReadinessProbeTests {
    private func probe(_ json: JSONValue) -> ReadinessProbe? {
        ReadinessProbe(
            container: [
                "name": "c", "ports": [["name": "web", "containerPort": 8080]], "readinessProbe": json,
            ], address: "192.0.2.1")
    }

    @Test func aContainerWithoutProbeHasNone() {
        #expect(ReadinessProbe(container: ["name": "c"], address: "192.0.2.1") == nil)
    }

    @Test func httpProbesAskTheAddressOfThePodUnlessTheySayOtherwise() {
        let plain = probe(["httpGet": ["path": "/healthz?x=1", "port": "web"]])
        #expect(
            plain?.action
                == .http(
                    .init(host: "192.0.2.1", port: 8080, target: "/healthz?x=1", usesTLS: false, headers: [])))
        #expect(plain?.period == 10)
        #expect(plain?.timeout == 1)
        #expect(plain?.failureThreshold == 3)
        let other = probe([
            "httpGet": [
                "host": "198.51.100.1", "port": 443, "scheme": "HTTPS",
                "httpHeaders": [["name": "Host", "value": "web.example.com"]],
            ], "periodSeconds": 2,
        ])
        #expect(
            other?.action
                == .http(
                    .init(
                        host: "198.51.100.1", port: 443, target: "/", usesTLS: true,
                        headers: [.init(name: "Host", value: "web.example.com")])))
        #expect(other?.period == 2)
    }

    @Test func tcpProbesTakeNumbersAndNames() {
        #expect(probe(["tcpSocket": ["port": 5432]])?.action == .tcp(host: "192.0.2.1", port: 5432))
        #expect(probe(["tcpSocket": ["port": "web"]])?.action == .tcp(host: "192.0.2.1", port: 8080))
    }

    @Test func whatIsNotDoneHereIsNamed() {
        for kind in ["exec", "grpc"] {
            guard case .unsupported(let what) = probe([kind: [:]].json)?.action else {
                return #expect(Bool(false), "\(kind) was taken for something else")
            }
            #expect(what.hasPrefix(kind))
        }
        guard case .unsupported = probe(["tcpSocket": ["port": "nowhere"]])?.action else {
            return #expect(Bool(false), "a port that is not there was found")
        }
    }

    @Test func readinessChangesAfterEnoughResultsInARow() throws {
        let probe = try #require(self.probe(["tcpSocket": ["port": 1], "successThreshold": 2, "failureThreshold": 3]))
        var history = ProbeHistory()
        func record(_ results: [Bool]) -> [Bool] {
            results.map { result in
                history.record(result, probe)
                return history.isReady
            }
        }
        #expect(record([true, false, true, true]) == [false, false, false, true])
        #expect(record([false, false, true, false, false, false]) == [true, true, true, true, true, false])
    }
}

extension [String: JSONObject] {
    fileprivate var json: JSONValue { .object(JSONObject(map { ($0.key, .object($0.value)) })) }
}
