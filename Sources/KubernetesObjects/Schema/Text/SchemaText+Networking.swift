extension SchemaText {
    /// Ingresses, EndpointSlices, Leases, Events and related types.
    static let networking: StaticString = #"""
        networking.v1.Ingress | Rules by which HTTP requests from outside reach Services.
          typemeta
          metadata 1 meta.v1.ObjectMeta | What all objects have in common.
          spec 2 networking.v1.IngressSpec | What is wanted.
          status 3 networking.v1.IngressStatus | What has come of it.
        networking.v1.IngressClass | A class of Ingresses, which one controller handles.
          typemeta
          metadata 1 meta.v1.ObjectMeta | What all objects have in common.
          spec 2 networking.v1.IngressClassSpec | What is wanted.
        networking.v1.ServiceCIDR | Networks that Services get their addresses from.
          typemeta
          metadata 1 meta.v1.ObjectMeta | What all objects have in common.
          spec 2 networking.v1.ServiceCIDRSpec | What is wanted.
          status 3 networking.v1.ServiceCIDRStatus | What has come of it.
        networking.v1.IPAddress | An address that is taken. Its name is the address.
          typemeta
          metadata 1 meta.v1.ObjectMeta | What all objects have in common.
          spec 2 networking.v1.IPAddressSpec required | What is wanted.
        discovery.v1.EndpointSlice
            | Some of the endpoints behind a Service, all with the same ports and kind of address.
          typemeta
          metadata 1 meta.v1.ObjectMeta | What all objects have in common.
          addressType 4 string(v1.AddressType) always required | IPv4, IPv6 or FQDN. It cannot change.
          endpoints 2 []discovery.v1.Endpoint always atomic | The endpoints; at most 1000.
          ports 3 []discovery.v1.EndpointPort always atomic
            | The ports of all endpoints. Without a number, a port stands for all ports.
        coordination.v1.Lease | A claim that its holder renews, such as leadership.
          typemeta
          metadata 1 meta.v1.ObjectMeta | What all objects have in common.
          spec 2 coordination.v1.LeaseSpec | What is wanted.
        events.v1.Event | Something that has happened to an object.
          typemeta
          metadata 1 meta.v1.ObjectMeta always | What all objects have in common.
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
        networking.v1.IngressSpec | What an Ingress is to do.
          ingressClassName 4 *string | The class of the Ingress.
          defaultBackend 1 *networking.v1.IngressBackend | Where requests go that no rule is for.
          tls 2 []networking.v1.IngressTLS atomic | Certificates.
          rules 3 []networking.v1.IngressRule atomic | The rules, by host.
        networking.v1.IngressStatus | What has become of an Ingress.
          loadBalancer 1 networking.v1.IngressLoadBalancerStatus
        networking.v1.IngressClassSpec | Who handles a class of Ingresses.
          controller 1 string
          parameters 2 *networking.v1.IngressClassParametersReference
        networking.v1.ServiceCIDRSpec | The networks.
          cidrs 1 []string atomic | One or two networks, at most one of each family.
        networking.v1.ServiceCIDRStatus | Whether the networks are in use.
          conditions 1 []meta.v1.Condition keys=type patch=merge:type
        networking.v1.IPAddressSpec | Who has taken the address.
          parentRef 1 *networking.v1.ParentReference required | The object that has the address.
        discovery.v1.Endpoint | One endpoint behind a Service.
          addresses 1 []string always required set | The addresses of the endpoint; consumers use the first.
          conditions 2 discovery.v1.EndpointConditions | The condition of the endpoint.
          hostname 3 *string | Its name in DNS below the Service.
          targetRef 4 *core.v1.ObjectReference | The object behind the endpoint.
          deprecatedTopology 5 {}string | Where the endpoint is. Deprecated.
          nodeName 6 *string | The node that it runs on.
          zone 7 *string | The zone that it is in.
          hints 8 *discovery.v1.EndpointHints | Who should use it.
        discovery.v1.EndpointPort mapatomic | A port of all endpoints in the slice.
          name 1 *string | The name of the port of the Service.
          protocol 2 *string(v1.Protocol) | TCP, UDP or SCTP.
          port 3 *int32 | The number of the port.
          appProtocol 4 *string | The protocol above.
        coordination.v1.LeaseSpec | Who holds the Lease, and until when.
          holderIdentity 1 *string | Who holds the Lease.
          leaseDurationSeconds 2 *int32 | How long the Lease holds after it was renewed.
          acquireTime 3 *microtime | When it was taken.
          renewTime 4 *microtime | When it was renewed last.
          leaseTransitions 5 *int32 | How often it has changed hands.
          strategy 6 *string(v1.CoordinatedLeaseStrategy)
          preferredHolder 7 *string
        events.v1.EventSeries
          count 1 int32 always required
          lastObservedTime 2 microtime always required
        networking.v1.IngressBackend | Where requests go.
          service 4 *networking.v1.IngressServiceBackend
          resource 3 *core.v1.TypedLocalObjectReference
        networking.v1.IngressTLS | A certificate for some hosts.
          hosts 1 []string atomic
          secretName 2 string
        networking.v1.IngressRule | What happens to requests for one host.
          host 1 string | The host; empty for all.
          + 2 networking.v1.IngressRuleValue
        networking.v1.IngressLoadBalancerStatus
          ingress 1 []networking.v1.IngressLoadBalancerIngress atomic
        networking.v1.IngressClassParametersReference
          apiGroup 1 *string
          kind 2 string always required
          name 3 string always required
          scope 4 *string always
          namespace 5 *string
        networking.v1.ParentReference | The object that an address belongs to.
          group 1 string
          resource 2 string required
          namespace 3 string
          name 4 string required
        discovery.v1.EndpointConditions | The condition of an endpoint.
          ready 1 *bool | It takes new connections. True when unknown.
          serving 2 *bool | It answers, even while it is terminating.
          terminating 3 *bool | It is on its way out.
        discovery.v1.EndpointHints | Who should use an endpoint.
          forZones 1 []discovery.v1.ForZone atomic | The zones that should use it.
          forNodes 2 []discovery.v1.ForNode atomic | The nodes that should use it.
        networking.v1.IngressServiceBackend | The Service that requests go to.
          name 1 string always required
          port 2 networking.v1.ServiceBackendPort
        networking.v1.IngressRuleValue nodef
          http 1 *networking.v1.HTTPIngressRuleValue
        networking.v1.IngressLoadBalancerIngress
          ip 1 string
          hostname 2 string
          ports 4 []networking.v1.IngressPortStatus atomic
        discovery.v1.ForZone | A zone that should use an endpoint.
          name 1 string always required
        discovery.v1.ForNode | A node that should use an endpoint.
          name 1 string always required
        networking.v1.ServiceBackendPort mapatomic | A port of a Service, by name or number.
          name 1 string
          number 2 int32
        networking.v1.HTTPIngressRuleValue | Paths, and where their requests go.
          paths 1 []networking.v1.HTTPIngressPath always required atomic
        networking.v1.IngressPortStatus
          port 1 int32 always required
          protocol 2 string(v1.Protocol) always required
          error 3 *string
        networking.v1.HTTPIngressPath | A path, and where its requests go.
          path 1 string | The path, which begins with /.
          pathType 3 *string(v1.PathType) always required | Exact, Prefix or ImplementationSpecific.
          backend 2 networking.v1.IngressBackend always required | Where requests go.
        """#
}
