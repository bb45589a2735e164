package import KubernetesObjects
package import ObjectStore

/// State shared by all requests: the store, the kinds, and the allocation for Services.
package struct Registry: Sendable {
    package let store: ObjectStore
    package let resources: ResourceTable
    package let network: ServiceNetwork
    /// Seconds since 1970.
    let now: @Sendable () -> Int64
    let encodedEvents = EncodedEvents()

    package init(
        store: ObjectStore, resources: ResourceTable, network: ServiceNetwork, now: @escaping @Sendable () -> Int64
    ) {
        self.store = store
        self.resources = resources
        self.network = network
        self.now = now
    }

    /// Runs `body` in a transaction of the store; store errors become a `Status` for clients.
    func write<Result: Sendable>(
        dryRun: Bool = false, _ body: @escaping @Sendable (ObjectWriter) throws -> Result
    ) async throws -> Result {
        do {
            return try await store.write { transaction in
                let writer = ObjectWriter(
                    transaction: transaction, resources: resources, network: network, now: now())
                transaction.discardsChanges = dryRun
                return try body(writer)
            }
        } catch let error as StoreError {
            throw APIStatus(error)
        }
    }
}

extension APIStatus {
    /// The answer to clients if the disk fails.
    init(_ error: StoreError) {
        switch error.code {
        case .diskFull:
            self.init(code: 507, reason: "InsufficientStorage", message: error.message)
        case .closed:
            self = .serviceUnavailable(error.message)
        case .inUse, .damaged, .tooNew, .unavailable:
            self = .internalError(error.message)
        }
    }
}
