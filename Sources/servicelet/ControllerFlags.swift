import ArgumentParser
import ControllerManager

/// The settings of the controllers, with any source of objects; the names are kube-controller-manager's.
struct ControllerFlags: ParsableArguments {
    @Option(help: "The most endpoints that an EndpointSlice is filled with, up to 1000.")
    var maxEndpointsPerSlice = 100

    @Option(help: "How many addresses of a subset of Endpoints are mirrored to EndpointSlices, up to 1000.")
    var mirroringMaxEndpointsPerSubset = 1000

    @Option(help: "How many Services are written at the same time.")
    var concurrentServiceEndpointSyncs = 16

    @Option(help: "Writes a second, on average; 0 for as many as the API server takes.")
    var kubeAPIQps = 0

    @Option(
        help: """
            The controllers that run: endpoints for EndpointSlices and Endpoints, replicas for Deployments and \
            ReplicaSets, or both: endpoints,replicas. (default: endpoints beside a cluster, both with run)
            """)
    var controllers: String?

    /// `controllers`: those that run by default.
    func options(default controllers: String) -> ControllerManager.Options {
        var options = ControllerManager.Options()
        options.endpointsPerSlice = maxEndpointsPerSlice
        options.mirroredPerSubset = mirroringMaxEndpointsPerSubset
        options.workers = concurrentServiceEndpointSyncs
        options.writesPerSecond = kubeAPIQps
        let names = (self.controllers ?? controllers).split(separator: ",")
        options.keepsEndpoints = names.contains("endpoints")
        options.keepsReplicas = names.contains("replicas")
        return options
    }

    func validate() throws {
        for (flag, value) in [
            ("--max-endpoints-per-slice", maxEndpointsPerSlice),
            ("--mirroring-max-endpoints-per-subset", mirroringMaxEndpointsPerSubset),
        ] where !(1...1000).contains(value) {
            throw ValidationError("\(flag): \(value) is not a number from 1 to 1000")
        }
        guard concurrentServiceEndpointSyncs >= 1 else {
            throw ValidationError("--concurrent-service-endpoint-syncs: give 1 or more")
        }
        guard kubeAPIQps >= 0 else { throw ValidationError("--kube-api-qps: give 0 or more") }
        let unknown = (controllers ?? "").split(separator: ",").filter { !["endpoints", "replicas"].contains($0) }
        guard unknown.isEmpty else {
            throw ValidationError("--controllers: there is no “\(unknown[0])”; give endpoints, replicas, or both")
        }
    }
}
