import InternetAddresses
import KubernetesAPI
import Logging
import Mailboxes
import ObjectSource

/// The pod networks of this machine's Node, for `--detect-local-mode NodeCIDR`.
struct PodNetworks: Sendable {
    /// The source of Nodes.
    let source: any ObjectSource
    let nodeName: String
    let logger: Logger

    /// After this time, the log says what is awaited.
    private static let silence = Duration.seconds(10)

    /// Waits until the Node has pod networks, for as long as it takes. Throws what the source throws.
    func first() async throws -> [IPNetwork] {
        let inbox = ObjectInbox(waitingFor: [.node])
        return try await withThrowingTaskGroup(of: [IPNetwork]?.self) { group in
            group.addTask {
                try await source.run(into: inbox)
                return nil
            }
            group.addTask {
                while let batch = await inbox.next() {
                    for change in batch.changes {
                        guard case .set(.node(let node)) = change, node.name == nodeName, !node.podCIDRs.isEmpty
                        else { continue }
                        return node.podCIDRs
                    }
                }
                return nil
            }
            group.addTask {
                try await Task.sleep(for: Self.silence)
                logger.warning(
                    """
                    waiting for Node \(nodeName) to have spec.podCIDRs, by which NodeCIDR recognises its pods; \
                    if nothing assigns them, use another --detect-local-mode
                    """)
                return nil
            }
            while let networks = try await group.next() {
                guard let networks else { continue }
                group.cancelAll()
                return networks
            }
            throw CancellationError()
        }
    }

    /// Runs until the Node's pod networks differ from `known`, then throws: the program must restart with the new ones,
    /// as kube-proxy does. `current` has the latest ones; an empty list does not count.
    static func watch(_ current: Mailbox<[IPNetwork]>, known: [IPNetwork], node: String) async throws {
        let changed = await current.next { $0.isEmpty || Set($0) == Set(known) ? nil : $0 }
        guard let changed else { throw CancellationError() }
        throw ProxyError(
            .restart,
            "the pod networks of Node \(node) are \(changed.map(\.description).joined(separator: ", ")) now; "
                + "the program ends, to be started again with them")
    }
}
