import KubernetesObjects

extension ServiceView {
    /// Fills in earlier allocations that the client omitted, so that the same manifest can be sent again.
    mutating func keepAllocated(from old: ServiceView) {
        if needsClusterIP, old.needsClusterIP {
            if clusterIP.isEmpty { clusterIP = old.clusterIP }
            if clusterIPs.isEmpty, clusterIP == old.clusterIP { clusterIPs = old.clusterIPs }
        }
        if needsNodePort, old.needsNodePort { keepNodePorts(from: old) }
        if needsHealthCheckNodePort, old.needsHealthCheckNodePort, healthCheckNodePort == 0 {
            healthCheckNodePort = old.healthCheckNodePort
        }
    }

    private mutating func keepNodePorts(from old: ServiceView) {
        var used = Set(old.nodePorts).intersection(nodePorts)
        var known: [String: Int] = [:]
        for port in old.ports { known[port["name"]?.string ?? ""] = port.nodePort }
        var ports = ports
        for index in ports.indices where ports[index].nodePort == 0 {
            guard let port = known[ports[index]["name"]?.string ?? ""], port != 0, used.insert(port).inserted else {
                continue
            }
            ports[index].nodePort = port
        }
        if !ports.isEmpty { self.ports = ports }
    }

    /// Makes `clusterIP` and `clusterIPs` agree if the client changed only one of them.
    mutating func normalizeAddresses(old: ServiceView) {
        if clusterIP != old.clusterIP, clusterIPs == old.clusterIPs {
            clusterIPs = clusterIP.isEmpty ? [] : [clusterIP]
        } else if clusterIPs != old.clusterIPs, clusterIP == old.clusterIP, clusterIPs.isEmpty {
            clusterIP = ""
        }
    }

    /// Drops fields that only the previous type needed, if the client has not changed them. Validation refuses those
    /// that the client set.
    mutating func dropUnused(since old: ServiceView) {
        if old.needsClusterIP, !needsClusterIP {
            if clusterIPs == old.clusterIPs || clusterIPs.isEmpty { (clusterIP, clusterIPs) = ("", []) }
            if families == old.families { families = [] }
            if familyPolicy == old.familyPolicy { familyPolicy = "" }
            drop("internalTrafficPolicy", since: old)
        }
        if old.needsNodePort, !needsNodePort, ports.map(\.nodePort) == old.ports.map(\.nodePort) {
            var ports = ports
            for index in ports.indices { ports[index].nodePort = 0 }
            if !ports.isEmpty { self.ports = ports }
        }
        if old.needsHealthCheckNodePort, !needsHealthCheckNodePort { drop("healthCheckNodePort", since: old) }
        if old.type == "LoadBalancer", type != "LoadBalancer" {
            drop("allocateLoadBalancerNodePorts", since: old)
            drop("loadBalancerClass", since: old)
        }
        if old.isReachableFromOutside, !isReachableFromOutside { drop("externalTrafficPolicy", since: old) }
    }

    private var isReachableFromOutside: Bool {
        needsNodePort || document[path: "spec", "externalIPs"]?.array?.isEmpty == false
    }

    private mutating func drop(_ key: String, since old: ServiceView) {
        if document[path: "spec", key] == old.document[path: "spec", key] { document[path: "spec", key] = nil }
    }
}
