/// The rules for Ingresses.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/service-resources/ingress-v1/
package struct IngressBehaviour: ResourceBehaviour {
    private static let classAnnotation = "kubernetes.io/ingress.class"

    package init() {}

    package func nameProblems(_ name: String, isPrefix: Bool) -> [String] {
        NameRule.subdomain.problems(name, isPrefix: isPrefix)
    }

    package func prepareForCreate(_ document: inout Document) {
        document.generation = 1
        document["status"] = ["loadBalancer": [:]]
    }

    package func prepareForUpdate(_ document: inout Document, old: Document, subresource: String) {
        if subresource == "status" {
            document["spec"] = old["spec"]
            document.generation = old.generation
        } else {
            document["status"] = old["status"]
            document.generation = old.generation + (document["spec"] == old["spec"] ? 0 : 1)
        }
    }

    package func validateCreate(_ document: Document) -> [FieldError] {
        var errors = specErrors(document.spec)
        if let annotation = document.annotations[Self.classAnnotation],
            let name = document.spec["ingressClassName"]?.string, annotation != name
        {
            errors.append(
                .invalid(
                    "annotations.\(Self.classAnnotation)", .string(annotation),
                    "must match `ingressClassName` when both are specified"))
        }
        return errors
    }

    package func validateUpdate(_ document: Document, old: Document, subresource: String) -> [FieldError] {
        guard subresource == "status" else { return specErrors(document.spec) }
        let existing = old.status["loadBalancer"]["ingress"].items.map { $0["ip"].text }
        return document.status["loadBalancer"]["ingress"].items.enumerated().flatMap { index, entry in
            let field = "status.loadBalancer.ingress[\(index)]"
            let address = entry["ip"].text
            return (address.isEmpty ? [] : AddressFormats.addressErrors("\(field).ip", address, existing: existing))
                + SharedValidation.hostnameErrors(entry["hostname"].text, "\(field).hostname")
        }
    }

    private func specErrors(_ spec: JSONObject) -> [FieldError] {
        var errors: [FieldError] = []
        let rules = spec["rules"].items
        if rules.isEmpty, !spec["defaultBackend"].isSet {
            errors.append(.invalid("spec", .null, "either `defaultBackend` or `rules` must be specified"))
        }
        if let backend = spec["defaultBackend"] {
            errors += IngressBackendValidation.errors(backend, "spec.defaultBackend")
        }
        for (index, rule) in rules.enumerated() { errors += ruleErrors(rule, "spec.rules[\(index)]") }
        for (index, entry) in spec["tls"].items.enumerated() {
            for (position, host) in entry["hosts"].texts.enumerated() {
                let problems =
                    host.contains("*") ? NameFormats.wildcardSubdomain(host) : NameFormats.subdomain(host)
                errors += problems.map { .invalid("spec.tls[\(index)].hosts[\(position)]", .string(host), $0) }
            }
            let secret = entry["secretName"].text
            if !secret.isEmpty {
                errors += NameFormats.subdomain(secret).map {
                    .invalid("spec.tls[\(index)].secretName", .string(secret), $0)
                }
            }
        }
        if let name = spec["ingressClassName"]?.string {
            errors += NameFormats.subdomain(name).map { .invalid("spec.ingressClassName", .string(name), $0) }
        }
        return errors
    }

    private func ruleErrors(_ rule: JSONValue, _ field: String) -> [FieldError] {
        var errors: [FieldError] = []
        let host = rule["host"].text
        if !host.isEmpty {
            if AddressFormats.parse(host) != nil {
                errors.append(.invalid("\(field).host", .string(host), "must be a DNS name, not an IP address"))
            }
            let problems = host.contains("*") ? NameFormats.wildcardSubdomain(host) : NameFormats.subdomain(host)
            errors += problems.map { .invalid("\(field).host", .string(host), $0) }
        }
        guard let http = rule["http"] else { return errors }
        let paths = http["paths"].items
        if paths.isEmpty { errors.append(.required("\(field).http.paths")) }
        for (index, path) in paths.enumerated() { errors += pathErrors(path, "\(field).http.paths[\(index)]") }
        return errors
    }

    private func pathErrors(_ entry: JSONValue, _ field: String) -> [FieldError] {
        guard let type = entry["pathType"]?.string else {
            return [.required("\(field).pathType", "pathType must be specified")]
        }
        let path = entry["path"].text
        var errors: [FieldError] = []
        func refuse(_ detail: String) { errors.append(.invalid("\(field).path", .string(path), detail)) }
        switch type {
        case "Exact", "Prefix":
            if !path.hasPrefix("/") { refuse("must be an absolute path") }
            for sequence in ["//", "/./", "/../", "%2f", "%2F"] where path.contains(sequence) {
                refuse("must not contain '\(sequence)'")
            }
            for suffix in ["/..", "/."] where path.hasSuffix(suffix) { refuse("cannot end with '\(suffix)'") }
        case "ImplementationSpecific":
            if !path.isEmpty, !path.hasPrefix("/") { refuse("must be an absolute path") }
        default:
            errors.append(
                .unsupported("\(field).pathType", .string(type), ["Exact", "ImplementationSpecific", "Prefix"]))
        }
        return errors + IngressBackendValidation.errors(entry["backend"] ?? .null, "\(field).backend")
    }

    package func warningsOnCreate(_ document: Document) -> [String] {
        guard document.annotations[Self.classAnnotation] != nil else { return [] }
        return [
            "annotation \"\(Self.classAnnotation)\" is deprecated, please use 'spec.ingressClassName' instead"
        ]
    }

    static let columns = [
        TableColumn.name,
        TableColumn("Class", description: "The IngressClass that the Ingress is for."),
        TableColumn("Hosts", description: "The hosts that it has rules for."),
        TableColumn("Address", description: "The addresses that clients use."),
        TableColumn("Ports", description: "80, and 443 with TLS."),
        TableColumn.age,
    ]

    package func cells(_ document: Document, now: Int64) -> [JSONValue] {
        let spec = document.spec
        let hosts = spec["rules"].items.map { $0["host"].text }.filter { !$0.isEmpty }
        let name = spec["ingressClassName"]?.string ?? document.annotations[Self.classAnnotation] ?? TableText.none
        return [
            .string(document.name), .string(name), .string(hosts.isEmpty ? "*" : TableText.firstThree(hosts)),
            .string(TableText.loadBalancer(document.status).joined(separator: ",")),
            .string(spec["tls"].items.isEmpty ? "80" : "80, 443"), TableText.age(document, now: now),
        ]
    }
}

/// Checks of an Ingress's backends.
enum IngressBackendValidation {
    static func errors(_ backend: JSONValue, _ field: String) -> [FieldError] {
        switch (backend["service"], backend["resource"]) {
        case (.some, .some):
            return [.invalid(field, "", "cannot set both resource and service backends")]
        case (nil, nil):
            return [.invalid(field, "", "resource or service backend is required")]
        case (nil, let resource?):
            return ["kind", "name"].filter { resource[$0].text.isEmpty }.map { .required("\(field).resource.\($0)") }
        case (let service?, nil):
            return serviceErrors(service, field)
        }
    }

    private static func serviceErrors(_ service: JSONValue, _ field: String) -> [FieldError] {
        var errors: [FieldError] = []
        let name = service["name"].text
        errors +=
            name.isEmpty
            ? [.required("\(field).service.name")]
            : NameFormats.label(name).map { .invalid("\(field).service.name", .string(name), $0) }
        let portName = service["port"]["name"].text
        let number = service["port"]["number"].number
        if !portName.isEmpty, number != 0 {
            errors.append(.invalid(field, "", "cannot set both port name & port number"))
        } else if !portName.isEmpty {
            errors += NameFormats.portName(portName).map {
                .invalid("\(field).service.port.name", .string(portName), $0)
            }
        } else if number != 0 {
            errors += NameFormats.portNumber(number).map {
                .invalid("\(field).service.port.number", .integer(number), $0)
            }
        } else {
            errors.append(.required(field, "port name or number is required"))
        }
        return errors
    }
}
