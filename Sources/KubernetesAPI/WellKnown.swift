/// Labels and annotations with a meaning for Service networking, as
/// https://kubernetes.io/docs/reference/labels-annotations-taints/ lists them.
package enum WellKnown {
    /// On an EndpointSlice: the Service that it belongs to.
    package static let serviceName = "kubernetes.io/service-name"
    /// On a Service: another proxy handles it.
    package static let serviceProxyName = "service.kubernetes.io/service-proxy-name"
    /// On a Service or an EndpointSlice: it is headless, and not programmed.
    package static let headless = "service.kubernetes.io/headless"
    /// An annotation on an EndpointSlice: the time of the pod or Service change that caused its last write.
    package static let lastChangeTrigger = "endpoints.kubernetes.io/last-change-trigger-time"
    /// On a Node: its zone.
    package static let zone = "topology.kubernetes.io/zone"
    /// An annotation on a Service: its IPVS scheduler, instead of the node's. Specific to servicelet.
    package static let ipvsScheduler = "servicelet.io/ipvs-scheduler"
    /// An annotation on a Service: the version of the PROXY protocol, `v1` or `v2`, with which a proxy that makes
    /// connections itself passes on the client's address. Specific to servicelet.
    package static let proxyProtocol = "servicelet.io/proxy-protocol"

    /// Labels that the readers keep.
    package static let keptLabels: Set<String> = [serviceName, serviceProxyName, headless, zone]
}
