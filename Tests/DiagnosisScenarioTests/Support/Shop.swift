/// The objects of a small cluster in which everything works: a Service `shop/web` with a pod on each of two nodes.
enum Shop {
    static let manifest = """
        apiVersion: v1
        kind: Node
        metadata: {name: n1}
        spec: {podCIDRs: [10.244.0.0/24]}
        status: {addresses: [{type: InternalIP, address: 172.30.0.2}]}
        ---
        apiVersion: networking.k8s.io/v1
        kind: ServiceCIDR
        metadata: {name: kubernetes}
        spec: {cidrs: [10.96.0.0/16]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: shop, creationTimestamp: "2026-01-01T00:00:00Z"}
        spec:
          type: LoadBalancer
          selector: {app: web, tier: front}
          clusterIP: 10.96.0.5
          clusterIPs: [10.96.0.5]
          ipFamilies: [IPv4]
          externalIPs: [192.0.2.10]
          externalTrafficPolicy: Cluster
          internalTrafficPolicy: Cluster
          ports:
          - {name: http, port: 80, targetPort: 8080, nodePort: 30080, protocol: TCP}
        status: {loadBalancer: {ingress: [{ip: 192.0.2.20}]}}
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: web-abc, namespace: shop, labels: {kubernetes.io/service-name: web}}
        addressType: IPv4
        ports: [{name: http, port: 8080, protocol: TCP}]
        endpoints:
        - {addresses: [10.244.0.7], conditions: {ready: true}, nodeName: n1}
        - {addresses: [10.244.1.9], conditions: {ready: true}, nodeName: n2}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: web-1, namespace: shop, labels: {app: web, tier: front}}
        spec: {nodeName: n1, containers: [{name: c, image: web, ports: [{name: http, containerPort: 8080}]}]}
        status: {phase: Running, podIP: 10.244.0.7, podIPs: [{ip: 10.244.0.7}],
        conditions: [{type: Ready, status: "True"}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: web-2, namespace: shop, labels: {app: web, tier: front}}
        spec: {nodeName: n2, containers: [{name: c, image: web, ports: [{name: http, containerPort: 8080}]}]}
        status: {phase: Running, podIP: 10.244.1.9, podIPs: [{ip: 10.244.1.9}],
        conditions: [{type: Ready, status: "True"}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: names, namespace: shop}
        spec:
          selector: {app: names}
          clusterIP: 10.96.0.53
          clusterIPs: [10.96.0.53]
          ipFamilies: [IPv4]
          ports: [{name: dns, port: 53, targetPort: 5353, protocol: UDP}]
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: names-abc, namespace: shop, labels: {kubernetes.io/service-name: names}}
        addressType: IPv4
        ports: [{name: dns, port: 5353, protocol: UDP}]
        endpoints: [{addresses: [10.244.0.7], conditions: {ready: true}, nodeName: n1}]
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: names-1, namespace: shop, labels: {app: names}}
        spec: {nodeName: n1, containers: [{name: c, image: names}]}
        status: {phase: Running, podIP: 10.244.0.7, podIPs: [{ip: 10.244.0.7}],
        conditions: [{type: Ready, status: "True"}]}

        """

    /// More objects, for faults that need them.
    static let dns = """
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: kube-dns, namespace: kube-system}
        spec:
          clusterIP: 10.96.0.10
          clusterIPs: [10.96.0.10]
          ipFamilies: [IPv4]
          ports: [{name: dns, port: 53, targetPort: 53, protocol: UDP}]
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: kube-dns-abc, namespace: kube-system, labels: {kubernetes.io/service-name: kube-dns}}
        addressType: IPv4
        ports: [{name: dns, port: 53, protocol: UDP}]
        endpoints: [{addresses: [10.244.0.8], conditions: {ready: true}, nodeName: n1}]

        """

    /// A Service without a cluster IP, whose pods listen on a port other than its own.
    static let headless = """
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: peers, namespace: shop}
        spec: {clusterIP: None, clusterIPs: [None], ports: [{name: http, port: 80, targetPort: 8080, protocol: TCP}]}
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata:
          name: peers-abc
          namespace: shop
          labels: {kubernetes.io/service-name: peers, service.kubernetes.io/headless: ""}
        addressType: IPv4
        ports: [{name: http, port: 8080, protocol: TCP}]
        endpoints: [{addresses: [10.244.0.7], conditions: {ready: true}, nodeName: n1}]

        """

    static let elsewhere = """
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: elsewhere, namespace: shop}
        spec: {type: ExternalName, externalName: db.nowhere.test}

        """

    /// A second Service that names the same externalIP.
    static let rival = """
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: rival, namespace: shop, creationTimestamp: "2026-02-01T00:00:00Z"}
        spec:
          clusterIP: 10.96.0.6
          clusterIPs: [10.96.0.6]
          ipFamilies: [IPv4]
          externalIPs: [192.0.2.10]
          ports: [{name: http, port: 80, targetPort: 8080, protocol: TCP}]
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: rival-abc, namespace: shop, labels: {kubernetes.io/service-name: rival}}
        addressType: IPv4
        ports: [{name: http, port: 8080, protocol: TCP}]
        endpoints: [{addresses: [10.244.0.7], conditions: {ready: true}, nodeName: n1}]

        """
}
