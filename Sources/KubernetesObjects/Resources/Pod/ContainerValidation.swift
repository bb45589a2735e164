/// Checks of one container.
enum ContainerValidation {
    static func errors(
        _ container: JSONValue, _ field: String, volumes: Set<String>, isOnHost: Bool
    ) -> [FieldError] {
        var errors: [FieldError] = []
        errors += SharedValidation.labelErrors(container["name"].text, "\(field).name")
        let image = container["image"].text
        if image.isEmpty {
            errors.append(.required("\(field).image"))
        } else if image != image.trimmingBlanks {
            errors.append(.invalid("\(field).image", .string(image), "must not have leading or trailing whitespace"))
        }
        let policies = ["File", "FallbackToLogsOnError"]
        let policy = container["terminationMessagePolicy"].text
        if !policy.isEmpty, !policies.contains(policy) {
            errors.append(.unsupported("\(field).terminationMessagePolicy", .string(policy), policies.sorted()))
        }
        for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
            if let value = container[probe] { errors += probeErrors(value, "\(field).\(probe)", probe) }
        }
        errors += portErrors(container["ports"].items, "\(field).ports", isOnHost: isOnHost)
        errors += environmentErrors(container["env"].items, "\(field).env")
        for (index, mount) in container["volumeMounts"].items.enumerated() {
            let place = "\(field).volumeMounts[\(index)]"
            let name = mount["name"].text
            if name.isEmpty {
                errors.append(.required("\(place).name"))
            } else if !volumes.contains(name) {
                errors.append(.notFound("\(place).name", .string(name)))
            }
            if mount["mountPath"].text.isEmpty { errors.append(.required("\(place).mountPath")) }
        }
        errors += SharedValidation.choiceErrors(
            container["imagePullPolicy"], "\(field).imagePullPolicy", ["Always", "IfNotPresent", "Never"])
        return errors + resourceErrors(container["resources"], "\(field).resources")
            + userErrors(container["securityContext"], "\(field).securityContext")
    }

    private static func portErrors(_ ports: [JSONValue], _ field: String, isOnHost: Bool) -> [FieldError] {
        var errors: [FieldError] = []
        var names: Set<String> = []
        for (index, port) in ports.enumerated() {
            let place = "\(field)[\(index)]"
            let name = port["name"].text
            if !name.isEmpty {
                let problems = NameFormats.portName(name)
                errors += problems.map { .invalid("\(place).name", .string(name), $0) }
                if problems.isEmpty, !names.insert(name).inserted {
                    errors.append(.duplicate("\(place).name", .string(name)))
                }
            }
            let number = port["containerPort"].number
            if number == 0 {
                errors.append(.required("\(place).containerPort"))
            } else {
                errors += NameFormats.portNumber(number).map {
                    .invalid("\(place).containerPort", .integer(number), $0)
                }
            }
            let hostPort = port["hostPort"].number
            if hostPort != 0 {
                errors += NameFormats.portNumber(hostPort).map { .invalid("\(place).hostPort", .integer(hostPort), $0) }
                if isOnHost, hostPort != number {
                    errors.append(
                        .invalid(
                            "\(place).containerPort", .integer(number),
                            "must match `hostPort` when `hostNetwork` is true"))
                }
            }
            errors += SharedValidation.protocolErrors(port["protocol"].text, "\(place).protocol")
        }
        return errors
    }

    private static func environmentErrors(_ variables: [JSONValue], _ field: String) -> [FieldError] {
        var errors: [FieldError] = []
        for (index, variable) in variables.enumerated() {
            let place = "\(field)[\(index)]"
            let name = variable["name"].text
            errors +=
                name.isEmpty
                ? [.required("\(place).name")]
                : NameFormats.environmentName(name).map { .invalid("\(place).name", .string(name), $0) }
            if let source = variable["valueFrom"] {
                for (key, reference) in variable["valueFrom"].fields {
                    errors += keyErrors(reference, "\(place).valueFrom.\(key)", key)
                }
                if !variable["value"].text.isEmpty {
                    errors.append(.invalid("\(place).valueFrom", "", "may not be specified when `value` is not empty"))
                }
                if source.object?.isEmpty ?? true {
                    errors.append(
                        .invalid(
                            "\(place).valueFrom", "",
                            "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` "
                                + "or `fileKeyRef`"
                        ))
                }
            }
        }
        return errors
    }

    /// The reference of a variable to a key of a ConfigMap or Secret.
    private static func keyErrors(_ reference: JSONValue, _ field: String, _ kind: String) -> [FieldError] {
        guard kind == "configMapKeyRef" || kind == "secretKeyRef" else { return [] }
        let name = reference["name"].text
        let key = reference["key"].text
        return NameFormats.subdomain(name).map { .invalid("\(field).name", .string(name), $0) }
            + (key.isEmpty
                ? [.required("\(field).key")]
                : NameFormats.configKey(key).map { .invalid("\(field).key", .string(key), $0) })
    }

    private static func userErrors(_ context: JSONValue?, _ field: String) -> [FieldError] {
        ["runAsUser", "runAsGroup"].flatMap { key -> [FieldError] in
            guard let number = context[key]?.integer, !(0...Int64(Int32.max)).contains(number) else { return [] }
            return [.invalid("\(field).\(key)", .integer(number), "must be between 0 and 2147483647, inclusive")]
        }
    }

    private static func probeErrors(_ probe: JSONValue, _ field: String, _ kind: String) -> [FieldError] {
        var errors: [FieldError] = []
        let handlers = ["exec", "httpGet", "tcpSocket", "grpc"].filter { probe[$0].isSet }
        for handler in handlers.dropFirst() {
            errors.append(.forbidden("\(field).\(handler)", "may not specify more than 1 handler type"))
        }
        if handlers.isEmpty { errors.append(.required(field, "must specify a handler type")) }
        if probe["exec"].isSet, probe["exec"]["command"].items.isEmpty {
            errors.append(.required("\(field).exec.command"))
        }
        for handler in ["httpGet", "tcpSocket"] where probe[handler].isSet {
            errors += SharedValidation.portNumberOrNameErrors(probe[handler]["port"], "\(field).\(handler).port")
        }
        let keys = [
            "initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold",
        ]
        for key in keys { errors += SharedValidation.nonNegativeErrors(probe[key], "\(field).\(key)") }
        let threshold = probe["successThreshold"].number
        if kind != "readinessProbe", threshold != 1 {
            errors.append(.invalid("\(field).successThreshold", .integer(threshold), "must be 1"))
        }
        return errors
    }

    private static func resourceErrors(_ resources: JSONValue?, _ field: String) -> [FieldError] {
        var errors: [FieldError] = []
        let limits = resources["limits"].fields
        for list in ["limits", "requests"] {
            for (name, value) in resources[list].fields.sorted() {
                let place = "\(field).\(list)[\(name)]"
                errors += NameFormats.qualifiedName(name).map { .invalid(place, .string(name), $0) }
                if let quantity = Quantity(value.string.orEmpty), quantity.isNegative {
                    errors.append(.invalid(place, value, "must be greater than or equal to 0"))
                }
                if list == "requests", let limit = limits[name], let most = Quantity(limit.string.orEmpty),
                    let asked = Quantity(value.string.orEmpty), most < asked
                {
                    errors.append(
                        .invalid(
                            "\(field).requests", value,
                            "must be less than or equal to \(name) limit of \(limit.string.orEmpty)"))
                }
            }
        }
        return errors
    }
}
