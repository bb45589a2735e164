package import DocumentAccess
import Foundation
import KubernetesAPI
import KubernetesObjects
package import Logging
package import MachineController

/// Maintains the Node of this machine, and the Pods that represent processes already running on it.
package struct MachineLoop: Sendable {
    /// The interval of the Node's heartbeats.
    private static let heartbeat: Duration = .seconds(60)

    private let machine: MachineNode
    private let source: any DocumentSource
    private let writer: any DocumentWriter
    private let logger: Logger
    private let pods = MachinePods()
    private let loop = WorkLoop<NamespacedName>(WorkQueue(), workers: 8)

    package init(
        machine: MachineNode, source: any DocumentSource, writer: any DocumentWriter, logger: Logger
    ) {
        self.machine = machine
        self.source = source
        self.writer = writer
        self.logger = logger
    }

    /// Runs until the task is cancelled.
    package func run() async throws {
        try await ProbeClient.with { client in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await keepNode() }
                group.addTask {
                    try await source.follow(.pods) { news in await receive(news) }
                }
                group.addTask {
                    try await loop.run { name in await look(at: name, client) }
                }
                while try await group.next() != nil {}
            }
        }
    }

    // MARK: The Node

    private func keepNode() async throws {
        while true {
            do {
                try await reportNode()
            } catch {
                try Task.checkCancellation()
                logger.warning("Node \(machine.name) cannot be kept up to date: \(error)")
            }
            try await ContinuousClock().sleep(for: Self.heartbeat)
        }
    }

    private func reportNode() async throws {
        let node: Document
        do {
            node = try await writer.read(.nodes, namespace: "", name: machine.name)
        } catch let status as APIStatus where status.code == 404 {
            node = try await writer.create(machine.document, .nodes)
        }
        let reported = try await writer.update(
            machine.reported(node, now: Self.now), .nodes, subresource: "status")
        guard let admitted = machine.admitted(reported) else { return }
        _ = try await writer.update(admitted, .nodes, subresource: "")
    }

    private static var now: Int64 { Int64(Date().timeIntervalSince1970) }

    // MARK: The Pods

    private func receive(_ news: DocumentNews) async {
        switch news {
        case .page(let page):
            for document in page.documents { await take(document) }
        case .changes(let changes):
            for change in changes {
                switch change {
                case .set(let document): await take(document)
                case .removed(let document): await pods.remove(document.namespacedName)
                }
            }
        }
    }

    private func take(_ document: Document) async {
        do {
            guard let pod = try MachinePod(document, node: machine.name) else {
                return await pods.remove(document.namespacedName)
            }
            await pods.set(pod)
            loop.add([pod.name])
        } catch {
            logger.warning("\(error)")
        }
    }

    private func look(at name: NamespacedName, _ client: ProbeClient) async -> WorkLoop<NamespacedName>.Result {
        guard let look = await pods.look(at: name, .now) else { return .finished }
        do {
            if let end = look.pod.end, end <= Self.now { return try await finish(look.pod) }
            guard look.pod.hasNode else {
                try await writer.bind(pod: name.name, namespace: name.namespace, node: machine.name)
                return .finished
            }
            for (container, probe) in look.due {
                await pods.record(name, container, probe, succeeded: await client.succeeds(probe))
            }
            try await report(look.pod)
        } catch {
            return .failed { [logger] delay in
                guard (error as? APIStatus)?.code != 409 else { return logger.debug("Pod \(name): \(error)") }
                logger.warning("Pod \(name): its state cannot be told: \(error); next try in \(delay / .seconds(1)) s")
            }
        }
        return .finished
    }

    private func report(_ pod: MachinePod) async throws {
        let (ready, next) = await pods.summary(of: pod.name)
        let unsupported = pod.probes.compactMap { container, probe -> String? in
            guard case .unsupported(let what) = probe?.action else { return nil }
            return "container \(container) asks for \(what)"
        }.first
        let reported = pod.reported(
            ready: ready, unsupported: unsupported, hostAddresses: machine.addresses, now: Self.now)
        if pod.isNews(reported) {
            let written = try await writer.update(reported, .pods, subresource: "status")
            if let pod = try MachinePod(written, node: machine.name) { await pods.set(pod) }
        }
        if let next { loop.postpone(pod.name, until: next) }
        if let end = pod.end {
            loop.postpone(pod.name, until: .now + .seconds(max(1, end - Self.now)))
        }
    }

    /// Only we confirm that a Pod of this machine has ended.
    private func finish(_ pod: MachinePod) async throws -> WorkLoop<NamespacedName>.Result {
        do {
            try await writer.delete(
                .pods, namespace: pod.name.namespace, name: pod.name.name,
                DeletionPreconditions(uid: pod.uid, gracePeriod: 0))
        } catch let status as APIStatus where status.code == 404 {
            await pods.remove(pod.name)
        }
        return .finished
    }
}
