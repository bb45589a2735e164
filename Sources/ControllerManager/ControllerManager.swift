package import DocumentAccess
import EndpointsController
package import Logging

/// The controllers: endpoints of Services and, if no other controller runs, replicas.
package struct ControllerManager: Sendable {
    /// The controllers' settings.
    package struct Options: Sendable {
        /// The maximum number of endpoints in a slice.
        package var endpointsPerSlice = 100
        /// The maximum number of mirrored addresses per subset of Endpoints.
        package var mirroredPerSubset = 1000
        /// The number of Services written concurrently.
        package var workers = 16
        /// Average writes per second; 0 for no limit.
        package var writesPerSecond = 0
        /// EndpointSlices and Endpoints.
        package var keepsEndpoints = true
        /// ReplicaSets and Deployments.
        package var keepsReplicas = false

        package init() {}

        var limits: EndpointsCluster.Limits {
            var limits = EndpointsCluster.Limits()
            limits.endpointsPerSlice = endpointsPerSlice
            limits.mirroredPerSubset = mirroredPerSubset
            return limits
        }
    }

    private let source: any DocumentSource
    private let writer: any DocumentWriter
    private let options: Options
    private let metrics: ControllerMetrics
    private let logger: Logger

    package init(
        source: any DocumentSource, writer: any DocumentWriter, options: Options = Options(),
        metrics: ControllerMetrics = ControllerMetrics(), logger: Logger
    ) {
        self.source = source
        self.writer = writer
        self.options = options
        self.metrics = metrics
        self.logger = logger
    }

    /// Runs until the task is cancelled.
    ///
    /// `election`: how to elect the working instance; `nil` if there is only one.
    package func run(electedBy election: LeaderElection.Options? = nil) async throws {
        guard let election else {
            metrics.leads(true)
            return try await lead()
        }
        try await LeaderLoop(election, writer: writer, metrics: metrics, logger: logger).run { try await lead() }
    }

    private func lead() async throws {
        let limit = WriteLimit(perSecond: options.writesPerSecond)
        try await withThrowingTaskGroup(of: Void.self) { group in
            if options.keepsEndpoints {
                let endpoints = EndpointsLoop(
                    source: source, writer: writer, limits: options.limits, workers: options.workers,
                    writeLimit: limit, metrics: metrics, logger: logger)
                group.addTask { try await endpoints.run() }
            }
            if options.keepsReplicas {
                let workloads = WorkloadLoop(
                    source: source, writer: writer, workers: options.workers, writeLimit: limit, logger: logger)
                group.addTask { try await workloads.run() }
            }
            while try await group.next() != nil {}
        }
    }
}
