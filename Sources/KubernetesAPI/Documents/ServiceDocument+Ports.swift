import InternetAddresses

extension ServiceDocument {
    /// `spec.ports`, each with its defaults, and without two that would be the same.
    func ports(
        _ spec: Spec, _ kind: Service.Kind, _ isHeadless: Bool, _ checks: FieldChecks
    ) throws(ObjectError) -> [ServicePort] {
        let documents = spec.ports ?? []
        guard !documents.isEmpty || isHeadless || kind == .externalName else {
            throw checks.failure("spec.ports", "there is no port; a Service with a cluster IP needs at least one")
        }
        let ports = try documents.checked { (document, index) throws(ObjectError) in
            try port(document, "spec.ports[\(index)]", kind, checks)
        }
        try refuseDuplicates(among: ports, checks)
        return ports
    }

    private func port(
        _ document: Port, _ field: String, _ kind: Service.Kind, _ checks: FieldChecks
    ) throws(ObjectError) -> ServicePort {
        guard let number = document.port else {
            throw checks.failure("\(field).port", "the port is missing; use a number from 1 to 65535")
        }
        let port = try checks.port(number, "\(field).port")
        let nodePort = try checks.optionalPort(document.nodePort, "\(field).nodePort")
        if let nodePort, kind == .clusterIP || kind == .externalName {
            throw checks.failure(
                "\(field).nodePort",
                "\(nodePort) has no effect with type \(kind.rawValue); use type NodePort, or remove it")
        }
        return ServicePort(
            name: try checks.portName(document.name, "\(field).name"),
            transport: try checks.transport(document.protocol, "\(field).protocol"), port: port,
            targetPort: try target(document.targetPort, "\(field).targetPort", checks), nodePort: nodePort)
    }

    /// `nil`, 0 and the empty name mean: the same number as the Service port.
    private func target(
        _ target: IntOrString?, _ field: String, _ checks: FieldChecks
    ) throws(ObjectError) -> ServicePort.Target? {
        switch target {
        case nil, .number(0), .text(""):
            return nil
        case .number(let number):
            return .number(try checks.port(number, field))
        case .text(let name):
            return .name(try checks.portName(name, field))
        }
    }

    private func refuseDuplicates(among ports: [ServicePort], _ checks: FieldChecks) throws(ObjectError) {
        struct Number: Hashable {
            var port: UInt16
            var transport: TransportProtocol
        }
        var names: [String: Int] = [:]
        var numbers: [Number: Int] = [:]
        var nodePorts: [Number: Int] = [:]
        for (index, port) in ports.enumerated() {
            if ports.count > 1, port.name.isEmpty {
                throw checks.failure(
                    "spec.ports[\(index)].name", "the name is missing; with several ports each needs its own")
            }
            if let earlier = names.updateValue(index, forKey: port.name) {
                throw checks.failure(
                    "spec.ports[\(index)].name",
                    "spec.ports[\(earlier)] is named “\(port.name)” too; give each port its own name")
            }
            if let earlier = numbers.updateValue(index, forKey: Number(port: port.port, transport: port.transport)) {
                throw checks.failure(
                    "spec.ports[\(index)].port",
                    "spec.ports[\(earlier)] is \(port.port)/\(port.transport) too; change or remove one of the two")
            }
            guard let nodePort = port.nodePort else { continue }
            if let earlier = nodePorts.updateValue(index, forKey: Number(port: nodePort, transport: port.transport)) {
                throw checks.failure(
                    "spec.ports[\(index)].nodePort",
                    "spec.ports[\(earlier)] has the node port \(nodePort)/\(port.transport) too; change one of the two")
            }
        }
    }
}
