import KubernetesObjects

extension ServiceView {
    /// Puts in what was allocated before and the client has left out, so that the same manifest can be sent again.
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

    /// Makes `clusterIP` and `clusterIPs` agree when the client has changed only one of them.
    mutating func normalizeAddresses(old: ServiceView) {
        if clusterIP != old.clusterIP, clusterIPs == old.clusterIPs {
            clusterIPs = clusterIP.isEmpty ? [] : [clusterIP]
        } else if clusterIPs != old.clusterIPs, clusterIP == old.clusterIP, clusterIPs.isEmpty {
            clusterIP = ""
        }
    }
}
