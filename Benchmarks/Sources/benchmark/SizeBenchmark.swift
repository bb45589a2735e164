import Foundation

/// Measures one size, from the cold start to the restart, in separate network namespaces.
struct SizeBenchmark {
    private static let flips = 200
    private static let additions = 50
    private static let patience = Duration.seconds(180)

    let cluster: Cluster
    let binary: String
    let mode: Mode

    private var size: Size { cluster.size }

    func run() throws -> Result {
        try NetworkNamespace.enter()
        let kernel = mode == .nftables ? try KernelLimit.measure(size) : nil
        try NetworkNamespace.enter()
        let server = try APIServer(cluster)
        defer { server.stop() }

        let process = try start(server)
        let cold = try programming(process)
        let observer = try EventObserver(process: process, server: server)
        let before = try process.usage()
        let flips = try (0..<Self.flips).map { try flip($0, observer) }
        let after = try process.usage()
        var additions: [EventObserver.Event] = []
        var removals: [EventObserver.Event] = []
        for _ in 0..<Self.additions {
            additions.append(try add(observer))
            removals.append(try remove(observer))
        }
        Thread.sleep(forTimeInterval: 1)
        let settled = try process.usage()
        try process.stop()

        let second = try start(server)
        let restart = try programming(second)
        try second.stop()
        return Result(
            size: size, cold: cold, restart: restart, flip: Result.Event(flips), addition: Result.Event(additions),
            removal: Result.Event(removals),
            processorTimePerFlip: (after.processorTime - before.processorTime) / Double(Self.flips),
            peakMemory: settled.peakMemory, settledMemory: settled.memory, settledOwnMemory: settled.ownMemory,
            kernel: kernel)
    }

    private func start(_ server: APIServer) throws -> ServiceletProcess {
        try ServiceletProcess(
            binary: binary,
            arguments: [
                "proxy", "--master", "http://127.0.0.1:\(server.port)", "--proxy-mode", mode.rawValue,
                "--hostname-override", Cluster.nodeName, "--cluster-cidr", Cluster.podNetwork,
                "--metrics-bind-address", "", "--healthz-bind-address", "127.0.0.1:10256",
                // Logs a line for each change.
                "-v", "2",
                // Measures changes, not the pause between them.
                "--iptables-min-sync-period", "0s", "--ipvs-min-sync-period", "0s", "--conntrack-max-per-core", "0",
            ])
    }

    private func programming(_ process: ServiceletProcess) throws -> Result.Programming {
        let line = try process.wait(
            for: "all of \(size) is programmed", until: process.started + Self.patience, { $0.isAll(of: size) })
        let total = process.started.duration(to: .now)
        let usage = try process.usage()
        return Result.Programming(
            total: total.inSeconds, programming: line.seconds, messages: line.messages, bytes: line.bytes,
            processorTime: usage.processorTime, peakMemory: usage.peakMemory)
    }

    /// In even rounds an endpoint becomes unready, in the following odd rounds ready again.
    private func flip(_ round: Int, _ observer: EventObserver) throws -> EventObserver.Event {
        let service = round / 2 * 7919 % size.services
        let isReady = round % 2 == 1
        let frame = cluster.flip(
            endpoint: round / 2 % size.endpointsPerService, of: service, isReady: isReady,
            resourceVersion: ObjectWriter.resourceVersion + 1 + round)
        let left = size.endpointsPerService - (isReady ? 0 : 1)
        let port = Cluster.portName(ofService: service)
        return try observe(observer, [(.endpointSlices, frame)], "\(port) has \(left) endpoints") {
            $0.tells(of: port, endpoints: left)
        }
    }

    /// The one after the last.
    private var extraService: Int { size.services }

    private func add(_ observer: EventObserver) throws -> EventObserver.Event {
        let port = Cluster.portName(ofService: extraService)
        let frames = [
            (Resource.services, cluster.service(extraService, .added)),
            (.endpointSlices, cluster.slices(of: extraService, .added)),
        ]
        return try observe(observer, frames, "\(port) has all endpoints") {
            $0.tells(of: port, endpoints: size.endpointsPerService)
        }
    }

    private func remove(_ observer: EventObserver) throws -> EventObserver.Event {
        let port = Cluster.portName(ofService: extraService)
        let frames = [
            (Resource.services, cluster.service(extraService, .deleted)),
            (.endpointSlices, cluster.slices(of: extraService, .deleted)),
        ]
        return try observe(observer, frames, "\(port) is removed") { $0.tellsRemoval(of: port) }
    }

    /// Events arrive one at a time, as in a calm cluster.
    private func observe(
        _ observer: EventObserver, _ frames: [(Resource, [UInt8])], _ purpose: String,
        _ condition: (ProgrammingLine) -> Bool
    ) throws -> EventObserver.Event {
        let event = try observer.send(frames, waitingFor: purpose, condition)
        Thread.sleep(forTimeInterval: 0.005)
        return event
    }
}
