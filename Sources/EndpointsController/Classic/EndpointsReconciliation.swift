import InternetAddresses
import KubernetesAPI

/// Decides the Endpoints object of a Service with a selector, as kube-controller-manager does.
package enum EndpointsReconciliation {
    /// The maximum number of addresses in Endpoints.
    package static let capacity = 1000

    static let overCapacity = "endpoints.kubernetes.io/over-capacity"
    static let managedBy = "endpoints.kubernetes.io/managed-by"
    static let manager = "endpoint-controller"
    static let leaderElection = "control-plane.alpha.kubernetes.io/leader"

    /// The replacement for `existing`; `nil` if it can stay.
    ///
    /// `triggerTime`: the time of the triggering change, for the annotation; RFC 3339 or `nil`.
    package static func change(
        _ service: ServiceView, pods: [PodView], existing: ClassicEndpoints?, triggerTime: String?
    ) -> ClassicEndpoints? {
        var wanted = existing ?? ClassicEndpoints(name: service.name)
        wanted.subsets = subsets(service, pods)
        wanted.labels = service.labels
        wanted.labels[managedBy] = manager
        wanted.labels[SliceLabels.headless] = service.hasClusterIP ? nil : ""
        wanted.annotations[overCapacity] = truncate(&wanted.subsets) ? "truncated" : nil
        if let existing, existing.labels == wanted.labels, existing.annotations == wanted.annotations,
            existing.subsets.saysTheSame(as: wanted.subsets)
        {
            return nil
        }
        wanted.annotations[SliceLabels.triggerTime] = triggerTime
        return wanted
    }

    private static func subsets(_ service: ServiceView, _ pods: [PodView]) -> [ClassicEndpoints.Subset] {
        var subsets: [ClassicEndpoints.Subset] = []
        // An address without a Node could not be written.
        for pod in pods where pod.canBeEndpoint && !pod.nodeName.isEmpty {
            guard service.publishesNotReadyAddresses || !pod.isBeingDeleted,
                let address = address(of: pod, for: service)
            else { continue }
            let isReady = service.publishesNotReadyAddresses || pod.isReady
            func add(_ ports: [SlicePort]) {
                subsets.append(
                    isReady ? .init(ready: [address], ports: ports) : .init(notReady: [address], ports: ports))
            }
            if service.ports.isEmpty, service.isHeadless { add([]) }
            for port in service.ports {
                guard let number = pod.number(of: port) else { continue }
                add([
                    SlicePort(
                        name: port.name, transport: port.transport, number: number, appProtocol: port.appProtocol)
                ])
            }
        }
        return SubsetPacking.packed(subsets)
    }

    /// Endpoints have addresses of one family: the first of the Service.
    private static func address(of pod: PodView, for service: ServiceView) -> ClassicEndpoints.Address? {
        guard let family = service.ipFamilies.first,
            let address = pod.addresses.first(where: { IPFamily(ofAddress: $0) == family })
        else { return nil }
        return ClassicEndpoints.Address(
            address, hostname: pod.isNamed(below: service) ? pod.hostname : "",
            nodeName: pod.nodeName, target: TargetReference(pod: pod))
    }

    /// Truncates the addresses to ``capacity``: ready ones have precedence, each subset keeps its share.
    ///
    /// - Returns: Whether anything was removed.
    private static func truncate(_ subsets: inout [ClassicEndpoints.Subset]) -> Bool {
        let ready = subsets.reduce(0) { $0 + $1.ready.count }
        let notReady = subsets.reduce(0) { $0 + $1.notReady.count }
        guard ready + notReady > capacity else { return false }
        let cutsReady = ready > capacity
        let room = cutsReady ? capacity : capacity - ready
        var left = room
        for index in subsets.indices {
            let addresses = cutsReady ? subsets[index].ready : subsets[index].notReady
            let share = Double(addresses.count) / Double(cutsReady ? ready : notReady) * Double(room)
            let kept = Array(addresses.prefix(min(Int(share.rounded(.up)), left)))
            left -= kept.count
            if cutsReady {
                subsets[index].ready = kept
                subsets[index].notReady = []
            } else {
                subsets[index].notReady = kept
            }
        }
        subsets.removeAll { $0.ready.isEmpty && $0.notReady.isEmpty }
        return true
    }
}

extension ClassicEndpoints {
    /// Whether the object is a leftover of an old leader election, not a list of endpoints.
    package var isLeaderElection: Bool { annotations[EndpointsReconciliation.leaderElection] != nil }
}
