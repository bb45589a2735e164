import Diagnosis
import KubernetesAPI
import KubernetesClient
import Logging
import ManifestSource
import NodeProbes
import NodeProxy
import ObjectSource

/// Reads objects once, from the proxy's source.
struct ObjectReader: Sendable {
    let origin: ProxyConfiguration.Origin
    let nodeName: String
    let environment: [String: String]
    let logger: Logger

    /// What to read besides Services.
    enum Extent: Sendable {
        /// Everything that routing depends on.
        case all
        /// The slices and Pods of one Service, which `choose` finds among the Services.
        case one(choose: @Sendable (ClusterObjects) -> NamespacedName?)
    }

    /// The objects, with read errors among their problems.
    func read(_ extent: Extent) async throws -> ClusterObjects {
        switch origin {
        case .manifests(let path): try await manifests(path)
        case .cluster(let kubeconfig, let master):
            await cluster(extent) { () throws(ClientError) in
                try KubernetesClientConfiguration.load(
                    kubeconfig: kubeconfig, master: master, environment: environment)
            }
        }
    }

    private func manifests(_ path: String) async throws -> ClusterObjects {
        let name = "the manifests in \(path)"
        let reading = try await OnThread.run("manifests") { Result { try ManifestSource.read(path: path) } }
        switch reading {
        case .success(let (found, problems)):
            var objects = ClusterObjects(origin: name, found)
            objects.problems = problems.map {
                Finding(.broken, .manifestRefused, "\($0)", remedy: "correct the file")
            }
            return objects
        case .failure(let error):
            var objects = ClusterObjects(origin: name)
            objects.problems = [
                Finding(
                    .broken, .manifestRefused, "the manifests cannot be read: \(error)",
                    remedy: "name the folder with --manifests")
            ]
            return objects
        }
    }

    private func cluster(
        _ extent: Extent, _ load: () throws(ClientError) -> KubernetesClientConfiguration
    ) async -> ClusterObjects {
        var objects = ClusterObjects(origin: "the cluster")
        do {
            let listing = ObjectListing(configuration: try load(), logger: logger)
            objects.origin = "the API server \(listing.server)"
            let base = [
                KindSelection(.service, keepsSelectors: true),
                KindSelection(.node, fieldSelector: "metadata.name=\(nodeName)", isOptional: true),
                KindSelection(.serviceCIDR, isOptional: true),
            ]
            switch extent {
            case .all:
                try await add(base + [KindSelection(.endpointSlice)], from: listing, to: &objects)
            case .one(let choose):
                try await add(base, from: listing, to: &objects)
                guard let service = choose(objects) else { return objects }
                try await add(
                    [
                        KindSelection(
                            .endpointSlice, labelSelector: "\(WellKnown.serviceName)=\(service.name)",
                            fieldSelector: "metadata.namespace=\(service.namespace)")
                    ], from: listing, to: &objects)
                try await addPods(of: service, from: listing, to: &objects)
                try await addReports(service, from: listing, to: &objects)
            }
        } catch let failure as ObjectListing.Failure {
            objects.problems.append(failure.finding)
        } catch {
            objects.problems.append(
                Finding(
                    .broken, .apiUnreachable, "the API server cannot be asked: \(error)",
                    remedy: "name a kubeconfig with --kubeconfig"))
        }
        return objects
    }

    private func add(
        _ selections: [KindSelection], from listing: ObjectListing, to objects: inout ClusterObjects
    ) async throws {
        for (kind, result) in try await listing.list(selections) {
            switch result {
            case .success(let found):
                if kind == .pod { objects.pods = [] }
                for object in found { objects.add(object) }
            case .failure(let failure):
                if kind == .pod { objects.podFailure = "\(failure)" }
            }
        }
    }

    /// The Pods that the selector matches; all of the namespace where that leaves questions.
    private func addPods(
        of service: NamespacedName, from listing: ObjectListing, to objects: inout ClusterObjects
    ) async throws {
        guard let selector = objects.services[service]?.selector, !selector.isEmpty else { return }
        let namespace = "metadata.namespace=\(service.namespace)"
        try await add(
            [KindSelection(.pod, labelSelector: selector.text, fieldSelector: namespace, isOptional: true)],
            from: listing, to: &objects)
        guard let pods = objects.pods else { return }
        let known = Set(pods.flatMap(\.addresses))
        let endpoints = objects.slices.filter { $0.service == service }.flatMap(\.endpoints)
        if pods.isEmpty || !endpoints.allSatisfy({ known.contains($0.address) }) {
            try await add(
                [KindSelection(.pod, fieldSelector: namespace, isOptional: true)], from: listing, to: &objects)
        }
    }

    /// Why Pods are not ready, if some are not.
    private func addReports(
        _ service: NamespacedName, from listing: ObjectListing, to objects: inout ClusterObjects
    ) async throws {
        guard let pods = objects.pods, !pods.isEmpty, let selector = objects.services[service]?.selector else { return }
        let folder = "/api/v1/namespaces/\(service.namespace)"
        let labels = selector.text.replacing("=", with: "%3D").replacing(",", with: "%2C").replacing("/", with: "%2F")
        let paths = ["\(folder)/pods?labelSelector=\(labels)", "\(folder)/events?fieldSelector=type%3DWarning"]
        let documents = try await listing.documents(paths)
        objects.reports = PodReports.read(pods: documents[paths[0]] ?? [], events: documents[paths[1]] ?? [])
    }
}

extension ObjectListing.Failure {
    fileprivate var finding: Finding {
        switch code {
        case .unreachable:
            Finding(
                .broken, .apiUnreachable, "the API server does not answer: \(self)",
                remedy: "see whether it runs and whether this node reaches it; rules stay as they were until it answers"
            )
        case .certificate:
            Finding(
                .broken, .certificateExpired, "the API server and this node do not accept each other: \(self)",
                remedy: "renew the certificate or token that has expired (openssl x509 -enddate), and see the clocks")
        case .refused:
            Finding(
                .broken, .apiUnreachable, "the API server refuses to show Services: \(self)",
                remedy: "let the user list services, endpointslices, nodes and pods, or name another kubeconfig")
        }
    }
}
