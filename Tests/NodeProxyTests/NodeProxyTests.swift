import DaemonKit
import Dataplane
import InternetAddresses
import KubernetesAPI
import ObjectSource
import TestKit
import Testing

@testable import NodeProxy

@Suite("The daemon", .timeLimit(.minutes(10)))
struct NodeProxyTests {
    /// Knows one Service, and ends as scripted.
    struct FakeSource: ObjectSource {
        var failure: (any Error)?

        func run(into inbox: ObjectInbox) async throws {
            if let failure { throw failure }
            inbox.post(service("web"))
            inbox.markAllSynchronized()
            try await Task.sleep(for: .seconds(3600))
        }
    }

    struct Broken: Error {}

    let dataplane = FakeDataplane()
    let log = LogLines()
    let anyPort = ListenAddress(address: IPAddress(ipv4: 0x7F00_0001), port: 0)

    func proxy(health: ListenAddress?, hardFail: Bool = false) -> NodeProxy {
        var configuration = ProxyConfiguration(
            origin: .manifests(path: "unused"), mode: .nftables, nodeName: "n1", healthAddress: health,
            metricsAddress: anyPort)
        configuration.bindAddressHardFail = hardFail
        return NodeProxy(configuration: configuration, logger: log.logger)
    }

    @Test("the source's objects are programmed; a cancelled daemon ends", arguments: [true, false])
    func life(servesHealth: Bool) async throws {
        let proxy = proxy(health: servesHealth ? anyPort : nil)
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await proxy.run(FakeSource(), status: ProxyStatus()) { dataplane } }
            let call = try? await dataplane.nextCall()
            #expect(call?.text == "synchronize default/web")
            group.cancelAll()
        }
    }

    @Test("a source that cannot continue ends the daemon, with its reason")
    func failingSource() async throws {
        await #expect(throws: Broken.self) {
            try await proxy(health: anyPort).run(FakeSource(failure: Broken()), status: ProxyStatus()) { dataplane }
        }
    }

    @Test("a data plane that cannot be opened ends the daemon, with its reason")
    func noDataplane() async throws {
        let error = await #expect(throws: DataplaneError.self) {
            try await proxy(health: anyPort).run(FakeSource(), status: ProxyStatus()) { () throws(DataplaneError) in
                throw DataplaneError(.permission, "run as root")
            }
        }
        #expect(error?.description == "run as root")
    }

    @Test("with --bind-address-hard-fail, no data plane is opened if the health port is in use")
    func takenPort() async throws {
        try await HTTPService.health(of: ProxyStatus(), on: anyPort, logger: log.logger).serve { port in
            let taken = ListenAddress(address: anyPort.address, port: UInt16(port))
            await #expect(throws: DaemonError.self) {
                try await proxy(health: taken, hardFail: true).run(FakeSource(), status: ProxyStatus()) {
                    Issue.record("a data plane was made")
                    return dataplane
                }
            }
        }
    }

    @Test("a health port in use is logged as an error, and Services are programmed anyway")
    func takenPortIsNoMatter() async throws {
        try await HTTPService.health(of: ProxyStatus(), on: anyPort, logger: log.logger).serve { port in
            let taken = ListenAddress(address: anyPort.address, port: UInt16(port))
            await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await proxy(health: taken).run(FakeSource(), status: ProxyStatus()) { dataplane } }
                let line = try? await log.line(with: "--healthz-bind-address: cannot listen")
                #expect(line?.hasPrefix("error:") == true)
                let call = try? await dataplane.nextCall()
                #expect(call?.text == "synchronize default/web")
                group.cancelAll()
            }
        }
    }

    @Test("a metrics port in use is logged as an error")
    func takenMetricsPort() async throws {
        try await HTTPService.health(of: ProxyStatus(), on: anyPort, logger: log.logger).serve { port in
            let taken = ListenAddress(address: anyPort.address, port: UInt16(port))
            let configuration = ProxyConfiguration(
                origin: .manifests(path: "unused"), mode: .nftables, nodeName: "n1", metricsAddress: taken)
            let proxy = NodeProxy(configuration: configuration, logger: log.logger)
            await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await proxy.run(FakeSource(), status: ProxyStatus()) { dataplane } }
                let line = try? await log.line(with: "--metrics-bind-address: cannot listen")
                #expect(line?.hasPrefix("error:") == true)
                group.cancelAll()
            }
        }
    }
}
