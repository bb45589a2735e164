package import InternetAddresses

/// A Service (`v1`), defaulted and valid.
///
/// See https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/ for what each field means.
package struct Service: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case clusterIP = "ClusterIP"
        case nodePort = "NodePort"
        case loadBalancer = "LoadBalancer"
        case externalName = "ExternalName"
    }

    package enum TrafficPolicy: String, Sendable, Hashable, CaseIterable {
        case cluster = "Cluster"
        case local = "Local"
    }

    /// A version of the PROXY protocol (haproxy.org, proxy-protocol.txt).
    package enum ProxyProtocol: String, Sendable, Hashable, CaseIterable {
        case v1
        case v2
    }

    /// One address that a load balancer has assigned to the Service (`status.loadBalancer.ingress[]`).
    package struct Ingress: Sendable, Hashable {
        package enum Mode: String, Sendable, Hashable, CaseIterable {
            /// Packets arrive with this destination address: it is programmed.
            case vip = "VIP"
            /// Packets arrive with the node's own address as destination: it is not programmed.
            case proxy = "Proxy"
        }

        package var address: IPAddress
        package var mode: Mode

        package init(address: IPAddress, mode: Mode = .vip) {
            self.address = address
            self.mode = mode
        }
    }

    package var metadata: ObjectMeta
    package var kind: Kind
    /// `spec.clusterIPs`: one address for each IP family; empty for headless and ExternalName Services.
    package var clusterIPs: [IPAddress]
    /// Whether `spec.clusterIP` is `None`.
    package var isHeadless: Bool
    package var ipFamilies: [IPFamily]
    package var ports: [ServicePort]
    package var externalIPs: [IPAddress]
    /// Only addresses; host names cannot be programmed and are left out.
    package var loadBalancerIngress: [Ingress]
    package var loadBalancerSourceRanges: [IPNetwork]
    package var internalTrafficPolicy: TrafficPolicy
    package var externalTrafficPolicy: TrafficPolicy
    /// The port of the node's health check for load balancers, if the Service has one.
    package var healthCheckNodePort: UInt16?
    /// Seconds for which a client stays with its endpoint; `nil` without ClientIP session affinity.
    package var affinityTimeout: UInt32?
    /// `spec.externalName`; empty for Services of other types.
    package var externalName: String
    /// Whether names and endpoints of Pods that are not ready are published too.
    package var publishesNotReadyAddresses: Bool
    /// The labels of the Service's Pods; kept only for consumers that request it.
    package var selector: Labels
    /// The IPVS scheduler (``WellKnown/ipvsScheduler``), as written; `nil` if unset.
    package var ipvsScheduler: String?
    /// The PROXY protocol that passes the client's address to endpoints (``WellKnown/proxyProtocol``); `nil` for none.
    package var proxyProtocol: ProxyProtocol?
    /// Values that were left out.
    package var refusals: [FieldRefusal] = []

    package init(
        metadata: ObjectMeta, kind: Kind = .clusterIP, clusterIPs: [IPAddress] = [], isHeadless: Bool = false,
        ipFamilies: [IPFamily] = [], ports: [ServicePort] = [], externalIPs: [IPAddress] = [],
        loadBalancerIngress: [Ingress] = [], loadBalancerSourceRanges: [IPNetwork] = [],
        internalTrafficPolicy: TrafficPolicy = .cluster, externalTrafficPolicy: TrafficPolicy = .cluster,
        healthCheckNodePort: UInt16? = nil, affinityTimeout: UInt32? = nil, externalName: String = "",
        publishesNotReadyAddresses: Bool = false, selector: Labels = [:]
    ) {
        self.metadata = metadata
        self.kind = kind
        self.clusterIPs = clusterIPs
        self.isHeadless = isHeadless
        self.ipFamilies = ipFamilies
        self.ports = ports
        self.externalIPs = externalIPs
        self.loadBalancerIngress = loadBalancerIngress
        self.loadBalancerSourceRanges = loadBalancerSourceRanges
        self.internalTrafficPolicy = internalTrafficPolicy
        self.externalTrafficPolicy = externalTrafficPolicy
        self.healthCheckNodePort = healthCheckNodePort
        self.affinityTimeout = affinityTimeout
        self.externalName = externalName
        self.publishesNotReadyAddresses = publishesNotReadyAddresses
        self.selector = selector
    }
}

/// One entry of `spec.ports`.
package struct ServicePort: Sendable, Hashable {
    /// `targetPort`; the EndpointSlice says which port of an endpoint that is.
    package enum Target: Sendable, Hashable {
        case number(UInt16)
        case name(String)
    }

    /// Empty if the Service has a single, unnamed port.
    package var name: String
    package var transport: TransportProtocol
    package var port: UInt16
    package var targetPort: Target
    /// The port on every node, if one was allocated.
    package var nodePort: UInt16?

    package init(
        name: String = "", transport: TransportProtocol = .tcp, port: UInt16, targetPort: Target? = nil,
        nodePort: UInt16? = nil
    ) {
        self.name = name
        self.transport = transport
        self.port = port
        self.targetPort = targetPort ?? .number(port)
        self.nodePort = nodePort
    }
}
