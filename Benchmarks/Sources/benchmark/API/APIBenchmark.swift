import Foundation
import NIOHTTP1

/// Measures `servicelet apiserver` on the loopback: start-up time, memory, durable writes, lists and watches.
struct APIBenchmark {
    private static let port = 26443
    private static let namespaced = "/api/v1/namespaces/default"

    let binary: String

    func run() throws -> String {
        let folder = "/var/tmp/servicelet-bench-\(getpid())"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let first = try APIServerProcess(binary: binary, folder: folder, port: Self.port)
        try first.stop()
        let server = try APIServerProcess(binary: binary, folder: folder, port: Self.port)
        let client = server.client
        Thread.sleep(forTimeInterval: 1)
        let idle = try server.process.usage()

        let creation = try client.create("\(Self.namespaced)/services", (0..<2000).map { Self.service("s\($0)") })
        let pods = try client.create("\(Self.namespaced)/pods", (0..<10_000).map(Self.pod))
        Thread.sleep(forTimeInterval: 1)
        let loaded = try server.process.usage()
        _ = try client.create("\(Self.namespaced)/services", (2000..<5000).map { Self.service("s\($0)") })
        let lists = try (0..<10).map { _ in
            let start = ContinuousClock.now
            try client.send(.GET, "/api/v1/services")
            return start.duration(to: .now)
        }
        _ = try client.create("\(Self.namespaced)/configmaps", (0..<5000).map { Self.configMap("c\($0)", 0) })
        let late = try client.create("\(Self.namespaced)/services", (5000..<7000).map { Self.service("s\($0)") })
        let one = try client.create(
            "\(Self.namespaced)/services", (7000..<7500).map { Self.service("s\($0)") }, clients: 1)
        let told = Samples(try watch(client))
        try server.stop()

        let rows: [(String, String)] = [
            ("first start: until ready", Figures.time(first.ready.inSeconds)),
            ("start: until ready", Figures.time(server.ready.inSeconds)),
            ("memory: idle", Figures.size(idle.memory)),
            ("  with 2,000 Services and 10,000 Pods", Figures.size(loaded.memory)),
            ("Services created by 8 clients, per second", Figures.grouped(Int(2000 / creation.inSeconds))),
            ("  with 20,000 objects there", Figures.grouped(Int(2000 / late.inSeconds))),
            ("  by one client", Figures.grouped(Int(500 / one.inSeconds))),
            ("Pods created by 8 clients, per second", Figures.grouped(Int(10_000 / pods.inSeconds))),
            ("5,000 Services listed, median", Figures.time(Samples(lists).median)),
            ("1,000 watchers told of a change: median", Figures.time(told.median)),
            ("  99 of 100 changes within", Figures.time(told.percentile(99))),
        ]
        let bars = [
            Bar(name: "start until ready", value: server.ready.inSeconds, limit: .time(0.15)),
            Bar(name: "memory, idle", value: Double(idle.memory), limit: .size(60_000_000)),
            Bar(name: "memory, loaded", value: Double(loaded.memory), limit: .size(150_000_000)),
            Bar(name: "2,000 Services created", value: creation.inSeconds, limit: .time(1)),
            Bar(name: "2,000 Services created, 20,000 objects there", value: late.inSeconds, limit: .time(1)),
            Bar(name: "1,000 watchers told, median", value: told.median, limit: .time(0.01)),
        ]
        let width = rows.map(\.0.count).max() ?? 0
        let table = rows.map { $0.0.padding(toLength: width + 2, withPad: " ", startingAt: 0) + $0.1 }
        return (["servicelet apiserver", ""] + table + [""] + bars.map(\.text)).joined(separator: "\n") + "\n\n"
            + Self.reference
    }

    private static let reference = """
        For comparison, kube-apiserver 1.36.2 with etcd on two cores: ready after 3.2 s; 304 MB idle, 916 MB with 2,000
        Services and 10,000 Pods; 210 Services a second, from one client or from eight, without waiting for the disk.
        """

    /// From the request that changes an object until the last of a thousand watchers has the event.
    private func watch(_ client: APIClient) throws -> [Duration] {
        let count = 1000
        let path = "\(Self.namespaced)/configmaps"
        let watches = try client.watch(
            "\(path)?watch=true&fieldSelector=metadata.name%3Dwatched", count: count)
        var durations: [Duration] = []
        for round in 0..<50 {
            let start = ContinuousClock.now
            if round == 0 {
                try client.send(.POST, path, Self.configMap("watched", round))
            } else {
                try client.send(.PUT, "\(path)/watched", Self.configMap("watched", round))
            }
            let end = try watches.events.wait(for: (round + 1) * count, "changes")
            durations.append(start.duration(to: end))
            Thread.sleep(forTimeInterval: 0.02)
        }
        try watches.stop()
        return durations
    }

    private static func service(_ name: String) -> String {
        """
        {"kind":"Service","apiVersion":"v1","metadata":{"name":"\(name)","labels":{"app":"\(name)"}},"spec":{
        "selector":{"app":"\(name)"},"ports":[{"name":"http","port":80,"targetPort":8080,"protocol":"TCP"}]}}
        """
    }

    private static func configMap(_ name: String, _ value: Int) -> String {
        #"{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"\#(name)"},"data":{"value":"\#(value)"}}"#
    }

    private static func pod(_ number: Int) -> String {
        """
        {"kind":"Pod","apiVersion":"v1","metadata":{"name":"p\(number)","labels":{"app":"s\(number / 5)"}},"spec":{
        "nodeName":"n\(number % 100)","containers":[{"name":"web","image":"example.com/web:1",
        "ports":[{"containerPort":8080}],
        "resources":{"requests":{"cpu":"100m","memory":"64Mi"}}}]}}
        """
    }
}
