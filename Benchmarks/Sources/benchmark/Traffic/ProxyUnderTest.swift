import CBenchmark
import Foundation

/// A proxy with a port on 127.0.0.1 that leads to the benchmark's servers.
struct ProxyUnderTest {
    let process: ServiceletProcess
    let port: UInt16
    /// The process's input: a folder of manifests that it follows, or a configuration file.
    private let files: URL
    private var isServicelet = false

    /// Asks the process to exit, waits for it, and removes its input.
    func stop() throws {
        // HAProxy exits on SIGTERM, with the object.
        if isServicelet { try process.stop() }
        try FileManager.default.removeItem(at: files)
    }

    /// `servicelet proxy` with a node port.
    static func servicelet(_ binary: String) throws -> ProxyUnderTest {
        let folder = FileManager.default.temporaryDirectory.appending(path: "servicelet-benchmark-\(getpid())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try manifest.write(to: folder.appending(path: "web.yaml"), atomically: true, encoding: .utf8)
        let process = try ServiceletProcess(
            binary: binary,
            arguments: [
                "proxy", "--manifests", folder.path, "--proxy-mode", "userspace", "--hostname-override", "n1",
                "--metrics-bind-address", "", "--healthz-bind-address", "", "--userspace-drain-timeout", "0s",
            ])
        _ = try process.wait(for: "the Service is programmed", until: .now + .seconds(20)) {
            $0.what.hasPrefix("programmed")
        }
        return ProxyUnderTest(process: process, port: 30_080, files: folder, isServicelet: true)
    }

    /// HAProxy in TCP mode, with as many threads as there are processors and with splicing.
    static func haproxy() throws -> ProxyUnderTest {
        let path = FileManager.default.temporaryDirectory.appending(path: "servicelet-benchmark-\(getpid()).cfg")
        let servers = [0, 1].map {
            "  server s\($0) \(TrafficBenchmark.serverAddress):\(TrafficBenchmark.serverPort + UInt16($0))"
        }
        let configuration = """
            global
              maxconn 4000
              nbthread \(ProcessInfo.processInfo.activeProcessorCount)
            defaults
              mode tcp
              option splice-auto
              timeout connect 5s
              timeout client 1h
              timeout server 1h
            frontend web
              bind :30081
              default_backend servers
            backend servers
              balance roundrobin
            \(servers.joined(separator: "\n"))

            """
        try configuration.write(to: path, atomically: true, encoding: .utf8)
        let program = "/usr/sbin/haproxy"
        guard access(program, X_OK) == 0 else {
            throw BenchmarkError(code: .program, message: "install the Debian package haproxy, to compare with")
        }
        let process = try ServiceletProcess(binary: program, arguments: ["-db", "-f", path.path])
        // It does not report readiness.
        let deadline = ContinuousClock.now + .seconds(10)
        while CBenchmark_connect(30_081, 1, 0.05).done == 0 {
            guard .now < deadline else { throw process.failure("HAProxy does not serve") }
        }
        return ProxyUnderTest(process: process, port: 30_081, files: path)
    }

    private static var manifest: String {
        let endpoints = "{addresses: [\(TrafficBenchmark.serverAddress)], conditions: {ready: true}}"
        let slices = [0, 1].map { number in
            """
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: web-\(number), namespace: default, labels: {kubernetes.io/service-name: web}}
            addressType: IPv4
            ports: [{name: http, port: \(TrafficBenchmark.serverPort + UInt16(number)), protocol: TCP}]
            endpoints: [\(endpoints)]

            """
        }
        return """
            apiVersion: v1
            kind: Service
            metadata: {name: web, namespace: default}
            spec:
              type: NodePort
              clusterIP: 10.96.0.5
              clusterIPs: [10.96.0.5]
              ipFamilies: [IPv4]
              ports: [{name: http, port: 80, nodePort: 30080, protocol: TCP}]

            """ + slices.joined()
    }
}
