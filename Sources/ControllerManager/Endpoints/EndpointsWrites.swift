import DocumentAccess
import EndpointsController
import KubernetesAPI
import KubernetesObjects

/// A failed write.
struct WriteFailure: Error, CustomStringConvertible {
    /// `EndpointSlice web-x7k2p cannot be updated`
    var subject: String
    var cause: any Error

    var description: String { "\(subject): \(cause)" }

    /// Another writer was faster; the watch will deliver its change.
    var isConflict: Bool { (cause as? APIStatus)?.code == 409 }
}

/// Writes the decisions, and updates the state with the API server's answers.
struct EndpointsWrites: Sendable {
    let writer: any DocumentWriter
    let state: ClusterState<EndpointsCluster>
    let limit: WriteLimit
    let metrics: ControllerMetrics

    /// Tries every write, and returns the failed ones.
    func carryOut(_ decision: EndpointsDecision) async -> [WriteFailure] {
        var failures: [WriteFailure] = []
        for slice in decision.slices.create { failures += await create(slice) }
        for slice in decision.slices.update { failures += await update(slice) }
        for slice in decision.slices.delete { failures += await delete(slice) }
        if let endpoints = decision.endpoints { failures += await write(endpoints) }
        if let endpoints = decision.obsoleteEndpoints { failures += await delete(endpoints) }
        return failures
    }

    private func create(_ slice: Slice) async -> [WriteFailure] {
        await attempt("a new EndpointSlice \(slice.metadata["generateName"].text)… cannot be created") {
            let written = Slice(try await writer.create(slice.document, .endpointSlices))
            await state.with { $0.wrote(written) }
            metrics.wrote(.create)
        } unless: {
            $0.isEndOfNamespace
        }
    }

    private func update(_ slice: Slice) async -> [WriteFailure] {
        await attempt("EndpointSlice \(slice.name) cannot be updated") {
            do {
                let written = Slice(try await writer.update(slice.document, .endpointSlices, subresource: ""))
                await state.with { $0.wrote(written) }
                metrics.wrote(.update)
            } catch let status as APIStatus where status.code == 404 {
                await state.with { $0.wroteDeletion(of: slice) }
                throw status
            }
        }
    }

    private func delete(_ slice: Slice) async -> [WriteFailure] {
        await attempt("EndpointSlice \(slice.name) cannot be deleted") {
            try await writer.delete(
                .endpointSlices, namespace: slice.namespace, name: slice.name,
                DeletionPreconditions(uid: slice.uid, resourceVersion: slice.resourceVersion))
            await state.with { $0.wroteDeletion(of: slice) }
            metrics.wrote(.delete)
        } unless: {
            $0.code == 404
        }
    }

    private func write(_ endpoints: ClassicEndpoints) async -> [WriteFailure] {
        let isNew = endpoints.resourceVersion.isEmpty
        return await attempt("Endpoints cannot be \(isNew ? "created" : "updated")") {
            let written = ClassicEndpoints(
                isNew
                    ? try await writer.create(endpoints.document, .endpoints)
                    : try await writer.update(endpoints.document, .endpoints, subresource: ""))
            await state.with { $0.wrote(written) }
        } unless: {
            isNew && $0.isEndOfNamespace
        }
    }

    private func delete(_ endpoints: ClassicEndpoints) async -> [WriteFailure] {
        await attempt("Endpoints cannot be deleted") {
            try await writer.delete(
                .endpoints, namespace: endpoints.name.namespace, name: endpoints.name.name,
                DeletionPreconditions(uid: endpoints.uid))
            await state.with { $0.wroteDeletion(of: endpoints) }
        } unless: {
            $0.code == 404
        }
    }

    /// `passes`: whether a refusal counts as success.
    private func attempt(
        _ subject: String, _ write: () async throws -> Void, unless passes: (APIStatus) -> Bool = { _ in false }
    ) async -> [WriteFailure] {
        do {
            try await limit.wait()
            try await write()
            return []
        } catch let status as APIStatus where passes(status) {
            return []
        } catch {
            return [WriteFailure(subject: subject, cause: error)]
        }
    }
}

extension APIStatus {
    /// Nothing can be created in a namespace that is being deleted, or gone.
    var isEndOfNamespace: Bool {
        code == 404 || details?.causes.contains { $0.reason == "NamespaceTerminating" } ?? false
    }
}
