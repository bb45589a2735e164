extension ServiceValidation {
    /// Checks of immutable fields.
    static func updateErrors(_ document: Document, old: Document) -> [FieldError] {
        let new = document.spec
        let old = old.spec
        var errors: [FieldError] = []
        if new["type"].text != "ExternalName", old["type"].text != "ExternalName" {
            if !(isHeadless(new) && isHeadless(old)) { errors += addressChangeErrors(new, old) }
            if !isHeadless(new), !isHeadless(old) { errors += familyChangeErrors(new, old) }
        }
        if new["type"].text == "LoadBalancer", old["type"].text == "LoadBalancer",
            new["loadBalancerClass"] != old["loadBalancerClass"]
        {
            errors.append(
                .invalid("spec.loadBalancerClass", new["loadBalancerClass"] ?? .null, "may not change once set"))
        }
        if ServiceBehaviour.needsHealthCheck(new), ServiceBehaviour.needsHealthCheck(old),
            new["healthCheckNodePort"].number != old["healthCheckNodePort"].number
        {
            errors.append(.forbidden("spec.healthCheckNodePort", "field is immutable"))
        }
        return errors
    }

    /// The first address stays; the second may be added, and removed with `SingleStack`.
    private static func addressChangeErrors(_ new: JSONObject, _ old: JSONObject) -> [FieldError] {
        let newAddresses = new["clusterIPs"].texts
        let oldAddresses = old["clusterIPs"].texts
        let shown = new["clusterIPs"] ?? .null
        var errors: [FieldError] = []
        if newAddresses.count == oldAddresses.count {
            for index in newAddresses.indices where newAddresses[index] != oldAddresses[index] {
                errors.append(.invalid("spec.clusterIPs[\(index)]", shown, "may not change once set"))
            }
            return errors
        }
        if newAddresses.isEmpty {
            errors.append(.invalid("spec.clusterIPs[0]", shown, "primary clusterIP can not be unset"))
        } else if let first = oldAddresses.first, first != newAddresses[0] {
            errors.append(.invalid("spec.clusterIPs[0]", shown, "may not change once set"))
        }
        if newAddresses.count == 1, oldAddresses.count > 1, new["ipFamilyPolicy"].text != "SingleStack" {
            errors.append(
                .invalid(
                    "spec.ipFamilyPolicy", new["ipFamilyPolicy"] ?? .null,
                    "must be set to 'SingleStack' when releasing the secondary clusterIP"))
        }
        return errors
    }

    private static func familyChangeErrors(_ new: JSONObject, _ old: JSONObject) -> [FieldError] {
        let newFamilies = new["ipFamilies"].texts
        let oldFamilies = old["ipFamilies"].texts
        var errors: [FieldError] = []
        if newFamilies.count == oldFamilies.count {
            for (newFamily, oldFamily) in zip(newFamilies, oldFamilies) where newFamily != oldFamily {
                errors.append(.invalid("spec.ipFamilies[0]", new["ipFamilies"] ?? .null, "may not change once set"))
            }
            return errors
        }
        if oldFamilies.count > newFamilies.count, new["clusterIPs"].items.isEmpty {
            errors.append(
                .invalid("spec.ipFamilies[0]", new["ipFamilies"] ?? .null, "primary ipFamily can not be unset"))
        }
        if let newFirst = newFamilies.first, let oldFirst = oldFamilies.first, newFirst != oldFirst {
            errors.append(.invalid("spec.ipFamilies[0]", new["clusterIPs"] ?? .null, "may not change once set"))
        }
        if oldFamilies.count > newFamilies.count, newFamilies.count == 1, new["ipFamilyPolicy"].text != "SingleStack" {
            errors.append(
                .invalid(
                    "spec.ipFamilyPolicy", new["ipFamilyPolicy"] ?? .null,
                    "must be set to 'SingleStack' when releasing the secondary ipFamily"))
        }
        return errors
    }

    /// Checks of the load balancer status.
    static func statusErrors(_ document: Document, old: Document) -> [FieldError] {
        let field = "status.loadBalancer.ingress"
        let entries = document.status["loadBalancer"]["ingress"].items
        if !entries.isEmpty, document.spec["type"].text != "LoadBalancer" {
            return [.forbidden(field, "may only be used when `spec.type` is 'LoadBalancer'")]
        }
        let existing = old.status["loadBalancer"]["ingress"].items.map { $0["ip"].text }
        var errors: [FieldError] = []
        for (index, entry) in entries.enumerated() {
            let place = "\(field)[\(index)]"
            let address = entry["ip"].text
            if !address.isEmpty {
                errors += AddressFormats.addressErrors("\(place).ip", address, existing: existing)
            }
            let mode = entry["ipMode"]
            if address.isEmpty, mode.isSet {
                errors.append(.forbidden("\(place).ipMode", "may not be specified when `ip` is not set"))
            } else if !address.isEmpty, !mode.isSet {
                errors.append(.required("\(place).ipMode", "must be specified when `ip` is set"))
            } else if let mode = mode?.string, mode != "VIP", mode != "Proxy" {
                errors.append(.unsupported("\(place).ipMode", .string(mode), ["Proxy", "VIP"]))
            }
            errors += SharedValidation.hostnameErrors(entry["hostname"].text, "\(place).hostname")
        }
        return errors + ConditionValidation.errors(document.status["conditions"].items, "status.conditions")
    }
}
