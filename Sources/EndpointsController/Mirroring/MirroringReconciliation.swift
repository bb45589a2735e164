import InternetAddresses
import KubernetesAPI
import KubernetesObjects

/// Decides how the slices that mirror Endpoints must change, as kube-controller-manager does: proxies see Endpoints
/// written by users for a Service without a selector as EndpointSlices.
package struct MirroringReconciliation: Sendable {
    /// The maximum number of mirrored addresses per subset.
    package var limit: Int

    package init(limit: Int = 1000) {
        self.limit = limit
    }

    private struct Key: Hashable {
        var family: String
        var ports: Set<SlicePort>
    }

    private struct Group {
        var key: Key
        var ports: [SlicePort]
        var endpoints = DesiredEndpoints()
    }

    /// `endpoints`: `nil` if there are none.
    /// `service`: the Service of the same name; `nil` if there is none.
    /// `slices`: slices with the labels of these Endpoints and of this controller, in a stable order.
    package func changes(
        _ endpoints: ClassicEndpoints?, service: ServiceView?, slices: [Slice]
    ) -> SliceChanges {
        var changes = SliceChanges()
        guard let endpoints, endpoints.isMirrored, let service, service.selector.isEmpty else {
            changes.delete = slices
            return changes
        }
        var existing: [Key: [Slice]] = [:]
        for slice in slices {
            existing[Key(family: slice.addressType, ports: Set(slice.ports)), default: []].append(slice)
        }
        for group in desired(endpoints) {
            changes.append(self.changes(group, endpoints, existing: existing.removeValue(forKey: group.key) ?? []))
        }
        changes.delete += slices.filter {
            existing[Key(family: $0.addressType, ports: Set($0.ports))] != nil
        }
        changes.reuse { _ in
            true
        } _: { new, old in
            new.replacing(old)
        }
        if endpoints.isBeingDeleted { changes.create = [] }
        return changes
    }

    private func changes(_ group: Group, _ endpoints: ClassicEndpoints, existing: [Slice]) -> SliceChanges {
        var changes = SliceChanges()
        var group = group
        guard !group.endpoints.isEmpty else {
            changes.delete = existing
            return changes
        }
        var slice = Slice(mirroring: endpoints, family: group.key.family, ports: group.ports)
        changes.delete = Array(existing.dropFirst())
        if let first = existing.first, first.holds(group.endpoints), first.labels == slice.labels,
            first.annotations == slice.annotations
        {
            return changes
        }
        group.endpoints.fill(&slice, upTo: limit)
        if let first = existing.first {
            changes.update = [slice.replacing(first)]
        } else {
            changes.create = [slice]
        }
        return changes
    }

    private func desired(_ endpoints: ClassicEndpoints) -> [Group] {
        var groups: [Group] = []
        for subset in SubsetPacking.packed(endpoints.subsets) {
            let ports = subset.ports.map { port in
                SlicePort(
                    name: port.name ?? "", transport: port.transport ?? "TCP", number: port.number,
                    appProtocol: port.appProtocol)
            }
            let addresses = subset.ready.map { ($0, true) } + subset.notReady.map { ($0, false) }
            var added = 0
            for (address, isReady) in addresses {
                guard added < limit else { break }
                guard let parsed = IPAddress(address.address) else { continue }
                let key = Key(family: parsed.family.description, ports: Set(ports))
                let position = groups.firstIndex { $0.key == key } ?? groups.count
                if position == groups.count { groups.append(Group(key: key, ports: ports)) }
                groups[position].endpoints.insert(SliceEndpoint(address, isReady: isReady))
                added += 1
            }
        }
        return groups
    }
}

extension ClassicEndpoints {
    /// Whether these Endpoints may be mirrored.
    var isMirrored: Bool { labels[SliceLabels.skipMirror] != "true" && !isLeaderElection }
}

extension SliceEndpoint {
    fileprivate init(_ address: ClassicEndpoints.Address, isReady: Bool) {
        self.init(addresses: [address.address])
        self.isReady = isReady
        hostname = address.hostname.isEmpty ? nil : address.hostname
        nodeName = address.nodeName
        target = address.target
    }
}

extension Slice {
    /// Annotations about the Endpoints themselves.
    private static let ownAnnotations: Set<String> = [
        SliceLabels.triggerTime, "kubectl.kubernetes.io/last-applied-configuration",
    ]

    fileprivate init(mirroring endpoints: ClassicEndpoints, family: String, ports: [SlicePort]) {
        let owner = OwnerReference(
            apiVersion: "v1", kind: "Endpoints", name: endpoints.name.name, uid: endpoints.uid, controller: true,
            blockOwnerDeletion: true)
        self.init(
            metadata: [
                "generateName": .string(SliceLabels.namePrefix(endpoints.name.name)),
                "namespace": .string(endpoints.name.namespace), "ownerReferences": [owner.json],
            ], addressType: family, ports: ports)
        labels = endpoints.labels
        labels[SliceLabels.serviceName] = endpoints.name.name
        labels[SliceLabels.managedBy] = SliceLabels.mirroringController
        annotations = endpoints.annotations.filter { !Self.ownAnnotations.contains($0.key) }
    }

    /// The slice with the name of `old`.
    fileprivate func replacing(_ old: Slice) -> Slice {
        var slice = self
        slice.metadata["generateName"] = nil
        for key in ["name", "uid", "resourceVersion"] { slice.metadata[key] = old.metadata[key] }
        return slice
    }

    /// Whether the slice has exactly these endpoints with the right contents.
    fileprivate func holds(_ wanted: DesiredEndpoints) -> Bool {
        endpoints.count == wanted.count
            && endpoints.allSatisfy { wanted.state(of: $0)?.saysTheSame(as: $0) ?? false }
    }
}
