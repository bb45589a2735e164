extension SchemaText {
    /// Services and their endpoints.
    static let services: StaticString = #"""
        core.v1.Service
          typemeta
          metadata 1 meta.v1.ObjectMeta
          spec 2 core.v1.ServiceSpec
          status 3 core.v1.ServiceStatus
        core.v1.Endpoints
          typemeta
          metadata 1 meta.v1.ObjectMeta
          subsets 2 []core.v1.EndpointSubset atomic
        core.v1.ServiceSpec
          ports 1 []core.v1.ServicePort keys=port,protocol patch=merge:port
          selector 2 {}string mapatomic
          clusterIP 3 string
          clusterIPs 18 []string atomic
          type 4 string(v1.ServiceType)
          externalIPs 5 []string atomic
          sessionAffinity 7 string(v1.ServiceAffinity)
          loadBalancerIP 8 string
          loadBalancerSourceRanges 9 []string atomic
          externalName 10 string
          externalTrafficPolicy 11 string(v1.ServiceExternalTrafficPolicy)
          healthCheckNodePort 12 int32
          publishNotReadyAddresses 13 bool
          sessionAffinityConfig 14 *core.v1.SessionAffinityConfig
          ipFamilies 19 []string(v1.IPFamily) atomic
          ipFamilyPolicy 17 *string(v1.IPFamilyPolicy)
          allocateLoadBalancerNodePorts 20 *bool
          loadBalancerClass 21 *string
          internalTrafficPolicy 22 *string(v1.ServiceInternalTrafficPolicy)
          trafficDistribution 23 *string
        core.v1.ServiceStatus
          loadBalancer 1 core.v1.LoadBalancerStatus
          conditions 2 []meta.v1.Condition keys=type patch=merge:type
        core.v1.EndpointSubset
          addresses 1 []core.v1.EndpointAddress atomic
          notReadyAddresses 2 []core.v1.EndpointAddress atomic
          ports 3 []core.v1.EndpointPort atomic
        core.v1.ServicePort
          name 1 string
          protocol 2 string(v1.Protocol) default=TCP
          appProtocol 6 *string
          port 3 int32 always required
          targetPort 4 intorstring
          nodePort 5 int32
        core.v1.SessionAffinityConfig
          clientIP 1 *core.v1.ClientIPConfig
        core.v1.LoadBalancerStatus
          ingress 1 []core.v1.LoadBalancerIngress atomic
        core.v1.EndpointAddress mapatomic
          ip 1 string always required
          hostname 3 string
          nodeName 4 *string
          targetRef 2 *core.v1.ObjectReference
        core.v1.EndpointPort mapatomic
          name 1 string
          port 2 int32 always required
          protocol 3 string(v1.Protocol)
          appProtocol 4 *string
        core.v1.ClientIPConfig
          timeoutSeconds 1 *int32
        core.v1.LoadBalancerIngress
          ip 1 string
          hostname 2 string
          ipMode 3 *string(v1.LoadBalancerIPMode)
          ports 4 []core.v1.PortStatus atomic
        core.v1.PortStatus
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
