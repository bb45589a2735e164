import InternetAddresses

extension ServiceDocument {
    /// `spec.ports`, each with its defaults; of two identical ones the first counts.
    func ports(
        _ spec: Spec, _ kind: Service.Kind, _ isHeadless: Bool, _ checks: inout FieldChecks
    ) -> [ServicePort] {
        let documents = spec.ports ?? []
        if documents.isEmpty, !isHeadless, kind != .externalName { checks.refuse("spec.ports", .noPorts) }
        var ports = UniquePorts()
        ports.result.reserveCapacity(documents.count)
        for (index, document) in documents.enumerated() {
            let path = "spec.ports[\(index)]"
            guard let port = port(document, path, kind, &checks) else { continue }
            if documents.count > 1, port.name.isEmpty {
                checks.refuse("\(path).name", .noPortName)
            } else {
                ports.append(port, at: index, &checks)
            }
        }
        return ports.result
    }

    private func port(
        _ document: Port, _ path: String, _ kind: Service.Kind, _ checks: inout FieldChecks
    ) -> ServicePort? {
        guard let number = document.port else {
            checks.refuse("\(path).port", .noPort)
            return nil
        }
        guard let port = checks.port(number, "\(path).port"),
            let name = checks.portName(document.name, "\(path).name"),
            let transport = checks.transport(document.protocol, "\(path).protocol")
        else { return nil }
        var nodePort = checks.optionalPort(document.nodePort, "\(path).nodePort")
        if let useless = nodePort, kind == .clusterIP || kind == .externalName {
            checks.refuse("\(path).nodePort", "\(useless)", .withoutEffect(kind))
            nodePort = nil
        }
        return ServicePort(
            name: name, transport: transport, port: port,
            targetPort: target(document.targetPort, "\(path).targetPort", &checks), nodePort: nodePort)
    }

    /// `nil`, 0 and the empty name mean: the same number as the Service port.
    private func target(
        _ target: IntOrString?, _ path: String, _ checks: inout FieldChecks
    ) -> ServicePort.Target? {
        switch target {
        case nil, .number(0), .text(""): nil
        case .number(let number): checks.port(number, path).map { .number($0) }
        case .text(let name): checks.portName(name, path).map { .name($0) }
        }
    }
}

/// Ports of one Service that differ in name, number and node port.
private struct UniquePorts {
    private struct Number: Hashable {
        var port: UInt16
        var transport: TransportProtocol
    }

    var result: [ServicePort] = []
    private var names: [String: Int] = [:]
    private var numbers: [Number: Int] = [:]
    private var nodePorts: [Number: Int] = [:]

    mutating func append(_ port: ServicePort, at index: Int, _ checks: inout FieldChecks) {
        var port = port
        let path = "spec.ports[\(index)]"
        if let earlier = names[port.name] {
            return checks.refuse("\(path).name", port.name, .duplicate(of: "spec.ports[\(earlier)].name"))
        }
        let number = Number(port: port.port, transport: port.transport)
        if let earlier = numbers[number] {
            let value = "\(port.port)/\(port.transport)"
            return checks.refuse("\(path).port", value, .duplicate(of: "spec.ports[\(earlier)].port"))
        }
        names[port.name] = index
        numbers[number] = index
        if let nodePort = port.nodePort {
            let number = Number(port: nodePort, transport: port.transport)
            if let earlier = nodePorts[number] {
                let value = "\(nodePort)/\(port.transport)"
                checks.refuse("\(path).nodePort", value, .duplicate(of: "spec.ports[\(earlier)].nodePort"))
                port.nodePort = nil
            } else {
                nodePorts[number] = index
            }
        }
        result.append(port)
    }
}
