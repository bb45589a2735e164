extension SchemaText {
    /// Services and their endpoints.
    static let services: StaticString = #"""
        core.v1.Service | A name and an address for a set of Pods, and the ports that clients reach them at.
          typemeta
          metadata 1 meta.v1.ObjectMeta | What all objects have in common.
          spec 2 core.v1.ServiceSpec | What is wanted.
          status 3 core.v1.ServiceStatus | What has come of it.
        core.v1.Endpoints | The addresses behind a Service. EndpointSlices have taken its place.
          typemeta
          metadata 1 meta.v1.ObjectMeta | What all objects have in common.
          subsets 2 []core.v1.EndpointSubset atomic | The addresses, by the ports that they have.
        core.v1.ServiceSpec | What a Service is to be.
          ports 1 []core.v1.ServicePort keys=port,protocol patch=merge:port | The ports of the Service.
          selector 2 {}string mapatomic
            | The labels of the Pods behind the Service. Without it, somebody else keeps its endpoints.
          clusterIP 3 string
            | The address inside the cluster: an address, None for a headless Service, or empty to get one.
          clusterIPs 18 []string atomic
            | The addresses inside the cluster, at most one of each family; the first equals clusterIP.
          type 4 string(v1.ServiceType)
            | How the Service is exposed: ClusterIP, NodePort, LoadBalancer or ExternalName. ClusterIP by default.
          externalIPs 5 []string atomic | Addresses that nodes accept traffic at for this Service. Deprecated.
          sessionAffinity 7 string(v1.ServiceAffinity)
            | ClientIP sends the connections of a client to one endpoint. None by default.
          loadBalancerIP 8 string | The address that a load balancer should get. Deprecated.
          loadBalancerSourceRanges 9 []string atomic | The networks whose clients may use the load balancer.
          externalName 10 string | The name that DNS answers with, for Services of type ExternalName.
          externalTrafficPolicy 11 string(v1.ServiceExternalTrafficPolicy)
            | Local keeps traffic from outside on the node that it reaches, and its source address. Cluster by default.
          healthCheckNodePort 12 int32
            | Where load balancers ask whether a node has endpoints, with externalTrafficPolicy Local.
          publishNotReadyAddresses 13 bool | Endpoints count as ready whatever their Pods say.
          sessionAffinityConfig 14 *core.v1.SessionAffinityConfig | Settings of session affinity.
          ipFamilies 19 []string(v1.IPFamily) atomic | The families of the addresses, in order.
          ipFamilyPolicy 17 *string(v1.IPFamilyPolicy)
            | SingleStack, PreferDualStack or RequireDualStack: how many families the Service has.
          allocateLoadBalancerNodePorts 20 *bool | A load balancer gets node ports. True by default.
          loadBalancerClass 21 *string | Who provides the load balancer. It cannot change later.
          internalTrafficPolicy 22 *string(v1.ServiceInternalTrafficPolicy)
            | Local keeps traffic from inside the cluster on its node. Cluster by default.
          trafficDistribution 23 *string | PreferSameZone or PreferSameNode: which endpoints are used first.
        core.v1.ServiceStatus | What has become of a Service.
          loadBalancer 1 core.v1.LoadBalancerStatus | What the load balancer serves.
          conditions 2 []meta.v1.Condition keys=type patch=merge:type | The state of the Service.
        core.v1.EndpointSubset | Addresses with the ports that they have in common.
          addresses 1 []core.v1.EndpointAddress atomic | Addresses that are ready.
          notReadyAddresses 2 []core.v1.EndpointAddress atomic | Addresses that are not ready.
          ports 3 []core.v1.EndpointPort atomic | The ports of all these addresses.
        core.v1.ServicePort | A port of a Service.
          name 1 string | The name of the port; needed when there are several.
          protocol 2 string(v1.Protocol) default=TCP | TCP, UDP or SCTP. TCP by default.
          appProtocol 6 *string | The protocol above, as a hint for implementations.
          port 3 int32 always required | The port that clients use.
          targetPort 4 intorstring | The port of the Pods, by number or by name. The same as port by default.
          nodePort 5 int32 | The port on each node, for types NodePort and LoadBalancer.
        core.v1.SessionAffinityConfig | Settings of session affinity.
          clientIP 1 *core.v1.ClientIPConfig | Settings of affinity by client address.
        core.v1.LoadBalancerStatus | The addresses that a load balancer serves.
          ingress 1 []core.v1.LoadBalancerIngress atomic | The addresses and names that clients use.
        core.v1.EndpointAddress mapatomic | One address behind a Service.
          ip 1 string always required
          hostname 3 string
          nodeName 4 *string
          targetRef 2 *core.v1.ObjectReference
        core.v1.EndpointPort mapatomic | A port of the addresses.
          name 1 string
          port 2 int32 always required
          protocol 3 string(v1.Protocol)
          appProtocol 4 *string
        core.v1.ClientIPConfig | Settings of affinity by client address.
          timeoutSeconds 1 *int32
            | How long a client without connections keeps its endpoint: 1 to 86400 seconds, 10800 by default.
        core.v1.LoadBalancerIngress | One address or name that a load balancer serves.
          ip 1 string | An address.
          hostname 2 string | A name.
          ipMode 3 *string(v1.LoadBalancerIPMode)
            | VIP or Proxy: whether traffic arrives with the address as its destination.
          ports 4 []core.v1.PortStatus atomic | What the load balancer says of its ports.
        core.v1.PortStatus | What a load balancer says of one port.
          port 1 int32 always required
          protocol 2 string(v1.Protocol) always required
          error 3 *string
        enum v1.ServiceType ClusterIP|ExternalName|LoadBalancer|NodePort
        enum v1.ServiceAffinity ClientIP|None
        enum v1.ServiceExternalTrafficPolicy Cluster|Local
        enum v1.ServiceInternalTrafficPolicy Cluster|Local
        enum v1.IPFamilyPolicy PreferDualStack|RequireDualStack|SingleStack
        enum v1.IPFamily IPv4|IPv6
        enum v1.Protocol SCTP|TCP|UDP
        enum v1.AddressType FQDN|IPv4|IPv6
        enum v1.PathType Exact|ImplementationSpecific|Prefix
        enum v1.NamespacePhase Active|Terminating
        enum v1.PodPhase Failed|Pending|Running|Succeeded|Unknown
        enum v1.RestartPolicy Always|Never|OnFailure
        enum v1.DNSPolicy ClusterFirst|ClusterFirstWithHostNet|Default|None
        enum v1.PullPolicy Always|IfNotPresent|Never
        enum v1.TaintEffect NoExecute|NoSchedule|PreferNoSchedule
        enum v1.TolerationOperator Equal|Exists|Gt|Lt
        enum v1.URIScheme HTTP|HTTPS
        enum v1.TerminationMessagePolicy FallbackToLogsOnError|File
        enum v1.DeploymentStrategyType Recreate|RollingUpdate
        enum v1.PodQOSClass BestEffort|Burstable|Guaranteed
        enum v1.PreemptionPolicy Never|PreemptLowerPriority
        """#
}
