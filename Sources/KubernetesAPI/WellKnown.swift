/// Labels and annotations with a meaning for Service networking, as
/// https://kubernetes.io/docs/reference/labels-annotations-taints/ lists them.
package enum WellKnown {
    /// On an EndpointSlice: the Service that it belongs to.
    package static let serviceName = "kubernetes.io/service-name"
    /// On a Service: another proxy handles it.
    package static let serviceProxyName = "service.kubernetes.io/service-proxy-name"
    /// On a Service or an EndpointSlice: it is headless, nothing is to be programmed.
    package static let headless = "service.kubernetes.io/headless"
    /// An annotation on an EndpointSlice: when the pod or Service changed that the slice was last written for.
    package static let lastChangeTrigger = "endpoints.kubernetes.io/last-change-trigger-time"
    /// On a Node: the zone that it is in.
    package static let zone = "topology.kubernetes.io/zone"
    /// An annotation on a Service: how IPVS spreads its connections, in place of the node's choice. Servicelet's own.
    package static let ipvsScheduler = "servicelet.io/ipvs-scheduler"
    /// An annotation on a Service: the version of the PROXY protocol, `v1` or `v2`, in which a proxy that makes
    /// connections itself tells endpoints the client's address. Servicelet's own.
    package static let proxyProtocol = "servicelet.io/proxy-protocol"

    /// Labels that the readers keep.
    package static let keptLabels: Set<String> = [serviceName, serviceProxyName, headless, zone]
}
