package import DocumentAccess
import KubernetesAPI
import KubernetesObjects
package import Logging

/// Gives each Namespace the ServiceAccount `default`, used by Pods that name no other.
package struct DefaultAccounts: Sendable {
    private let source: any DocumentSource
    private let writer: any DocumentWriter
    private let logger: Logger
    private let loop = WorkLoop<String>(WorkQueue(), workers: 1)

    package init(source: any DocumentSource, writer: any DocumentWriter, logger: Logger) {
        self.source = source
        self.writer = writer
        self.logger = logger
    }

    /// Runs until the task is cancelled.
    package func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await source.follow(.namespaces) { news in loop.add(Self.present(news)) }
            }
            group.addTask {
                // If it is deleted, it is created again.
                try await source.follow(.serviceAccounts) { news in loop.add(Self.withoutDefault(news)) }
            }
            group.addTask {
                try await loop.run { namespace in await give(namespace) }
            }
            while try await group.next() != nil {}
        }
    }

    /// The Namespaces that are not being deleted.
    private static func present(_ news: DocumentNews) -> Set<String> {
        let documents: [Document] =
            switch news {
            case .page(let page): page.documents
            case .changes(let changes):
                changes.compactMap { if case .set(let document) = $0 { document } else { nil } }
            }
        return Set(documents.filter { $0.deletionTimestamp == nil }.map(\.name))
    }

    private static func withoutDefault(_ news: DocumentNews) -> Set<String> {
        guard case .changes(let changes) = news else { return [] }
        return Set(
            changes.compactMap {
                guard case .removed(let account) = $0, account.name == "default" else { return nil }
                return account.namespace
            })
    }

    private func give(_ namespace: String) async -> WorkLoop<String>.Result {
        let account = Document([
            "kind": "ServiceAccount", "apiVersion": "v1",
            "metadata": ["name": "default", "namespace": .string(namespace)],
        ])
        do {
            _ = try await writer.create(account, .serviceAccounts)
        } catch let status as APIStatus where status.code == 409 || status.isEndOfNamespace {
            return .finished
        } catch {
            return .failed { [logger] delay in
                logger.warning(
                    """
                    Namespace \(namespace) has no ServiceAccount default: \(error); next try in \
                    \(delay / .seconds(1)) s
                    """
                )
            }
        }
        return .finished
    }
}
