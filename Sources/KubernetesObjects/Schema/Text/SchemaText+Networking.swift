extension SchemaText {
    /// Ingresses, EndpointSlices, Leases, Events and what belongs to them.
    static let networking: StaticString = #"""
        networking.v1.Ingress
          typemeta
          metadata 1 meta.v1.ObjectMeta
          spec 2 networking.v1.IngressSpec
          status 3 networking.v1.IngressStatus
        networking.v1.IngressClass
          typemeta
          metadata 1 meta.v1.ObjectMeta
          spec 2 networking.v1.IngressClassSpec
        networking.v1.ServiceCIDR
          typemeta
          metadata 1 meta.v1.ObjectMeta
          spec 2 networking.v1.ServiceCIDRSpec
          status 3 networking.v1.ServiceCIDRStatus
        networking.v1.IPAddress
          typemeta
          metadata 1 meta.v1.ObjectMeta
          spec 2 networking.v1.IPAddressSpec required
        discovery.v1.EndpointSlice
          typemeta
          metadata 1 meta.v1.ObjectMeta
          addressType 4 string(v1.AddressType) always required
          endpoints 2 []discovery.v1.Endpoint always atomic
          ports 3 []discovery.v1.EndpointPort always atomic
        coordination.v1.Lease
          typemeta
          metadata 1 meta.v1.ObjectMeta
          spec 2 coordination.v1.LeaseSpec
        events.v1.Event
          typemeta
          metadata 1 meta.v1.ObjectMeta always
          eventTime 2 microtime always required
          series 3 *events.v1.EventSeries
          reportingController 4 string
          reportingInstance 5 string
          action 6 string
          reason 7 string
          regarding 8 core.v1.ObjectReference
          related 9 *core.v1.ObjectReference
          note 10 string
          type 11 string
          deprecatedSource 12 core.v1.EventSource
          deprecatedFirstTimestamp 13 time
          deprecatedLastTimestamp 14 time
          deprecatedCount 15 int32
        networking.v1.IngressSpec
          ingressClassName 4 *string
          defaultBackend 1 *networking.v1.IngressBackend
          tls 2 []networking.v1.IngressTLS atomic
          rules 3 []networking.v1.IngressRule atomic
        networking.v1.IngressStatus
          loadBalancer 1 networking.v1.IngressLoadBalancerStatus
        networking.v1.IngressClassSpec
          controller 1 string
          parameters 2 *networking.v1.IngressClassParametersReference
        networking.v1.ServiceCIDRSpec
          cidrs 1 []string atomic
        networking.v1.ServiceCIDRStatus
          conditions 1 []meta.v1.Condition keys=type patch=merge:type
        networking.v1.IPAddressSpec
          parentRef 1 *networking.v1.ParentReference required
        discovery.v1.Endpoint
          addresses 1 []string always required set
          conditions 2 discovery.v1.EndpointConditions
          hostname 3 *string
          targetRef 4 *core.v1.ObjectReference
          deprecatedTopology 5 {}string
          nodeName 6 *string
          zone 7 *string
          hints 8 *discovery.v1.EndpointHints
        discovery.v1.EndpointPort mapatomic
          name 1 *string
          protocol 2 *string(v1.Protocol)
          port 3 *int32
          appProtocol 4 *string
        coordination.v1.LeaseSpec
          holderIdentity 1 *string
          leaseDurationSeconds 2 *int32
          acquireTime 3 *microtime
          renewTime 4 *microtime
          leaseTransitions 5 *int32
          strategy 6 *string(v1.CoordinatedLeaseStrategy)
          preferredHolder 7 *string
        events.v1.EventSeries
          count 1 int32 always required
          lastObservedTime 2 microtime always required
        networking.v1.IngressBackend
          service 4 *networking.v1.IngressServiceBackend
          resource 3 *core.v1.TypedLocalObjectReference
        networking.v1.IngressTLS
          hosts 1 []string atomic
          secretName 2 string
        networking.v1.IngressRule
          host 1 string
          + 2 networking.v1.IngressRuleValue
        networking.v1.IngressLoadBalancerStatus
          ingress 1 []networking.v1.IngressLoadBalancerIngress atomic
        networking.v1.IngressClassParametersReference
          apiGroup 1 *string
          kind 2 string always required
          name 3 string always required
          scope 4 *string always
          namespace 5 *string
        networking.v1.ParentReference
          group 1 string
          resource 2 string required
          namespace 3 string
          name 4 string required
        discovery.v1.EndpointConditions
          ready 1 *bool
          serving 2 *bool
          terminating 3 *bool
        discovery.v1.EndpointHints
          forZones 1 []discovery.v1.ForZone atomic
          forNodes 2 []discovery.v1.ForNode atomic
        networking.v1.IngressServiceBackend
          name 1 string always required
          port 2 networking.v1.ServiceBackendPort
        networking.v1.IngressRuleValue nodef
          http 1 *networking.v1.HTTPIngressRuleValue
        networking.v1.IngressLoadBalancerIngress
          ip 1 string
          hostname 2 string
          ports 4 []networking.v1.IngressPortStatus atomic
        discovery.v1.ForZone
          name 1 string always required
        discovery.v1.ForNode
          name 1 string always required
        networking.v1.ServiceBackendPort mapatomic
          name 1 string
          number 2 int32
        networking.v1.HTTPIngressRuleValue
          paths 1 []networking.v1.HTTPIngressPath always required atomic
        networking.v1.IngressPortStatus
          port 1 int32 always required
          protocol 2 string(v1.Protocol) always required
          error 3 *string
        networking.v1.HTTPIngressPath
          path 1 string
          pathType 3 *string(v1.PathType) always required
          backend 2 networking.v1.IngressBackend always required
        """#
}
