import InternetAddresses

/// The rules for Nodes.
package struct NodeBehaviour: ResourceBehaviour {
    package init() {}

    package func nameProblems(_ name: String, isPrefix: Bool) -> [String] {
        NameRule.subdomain.problems(name, isPrefix: isPrefix)
    }

    /// `podCIDR` and the first of `podCIDRs` are the same field; if they differ, `podCIDR` counts.
    package func applyDefaults(_ document: inout Document) {
        document.modify("spec") { spec in
            let single = spec["podCIDR"].text
            let first = spec["podCIDRs"].texts.first
            if !single.isEmpty, first != single {
                spec["podCIDRs"] = [.string(single)]
            } else if single.isEmpty, let first {
                spec["podCIDR"] = .string(first)
            }
        }
    }

    /// A new node accepts no Pods until it has reported ready.
    package func prepareForCreate(_ document: inout Document) {
        document.modify("spec") { spec in
            let taint: JSONValue = ["key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"]
            var taints = spec["taints"].items
            let exists = taints.contains {
                $0["key"] == "node.kubernetes.io/not-ready" && $0["effect"] == "NoSchedule"
            }
            if !exists { taints.append(taint) }
            spec["taints"] = .array(taints)
        }
    }

    package func prepareForUpdate(_ document: inout Document, old: Document, subresource: String) {
        if subresource == "status" {
            document["spec"] = old["spec"]
        } else {
            document["status"] = old["status"]
        }
    }

    package func validateCreate(_ document: Document) -> [FieldError] {
        taintErrors(document.spec) + networkErrors(document.spec)
    }

    package func validateUpdate(_ document: Document, old: Document, subresource: String) -> [FieldError] {
        let new = document.spec
        let old = old.spec
        var errors: [FieldError] = []
        if !old["podCIDRs"].items.isEmpty, new["podCIDRs"] != old["podCIDRs"] {
            errors.append(
                .forbidden("spec.podCIDRs", #"node updates may not change podCIDR except from "" to valid"#))
        }
        if !old["providerID"].text.isEmpty, new["providerID"].text != old["providerID"].text {
            errors.append(
                .forbidden("spec.providerID", #"node updates may not change providerID except from "" to valid"#))
        }
        errors += quantityErrors(document.status)
        return errors + taintErrors(new) + (new["podCIDRs"] == old["podCIDRs"] ? [] : networkErrors(new))
    }

    private func quantityErrors(_ status: JSONObject) -> [FieldError] {
        ["capacity", "allocatable"].flatMap { list in
            status[list].fields.sorted().flatMap { name, value -> [FieldError] in
                guard let quantity = Quantity(value.string.orEmpty), quantity.isNegative else { return [] }
                return [.invalid("status.\(list).\(name)", value, "must be greater than or equal to 0")]
            }
        }
    }

    private func taintErrors(_ spec: JSONObject) -> [FieldError] {
        var errors: [FieldError] = []
        var seen: Set<String> = []
        for (index, taint) in spec["taints"].items.enumerated() {
            let field = "spec.taints[\(index)]"
            let key = taint["key"].text
            errors += NameFormats.qualifiedName(key).map { .invalid("\(field).key", .string(key), $0) }
            let value = taint["value"].text
            errors += NameFormats.labelValue(value).map { .invalid("\(field).value", .string(value), $0) }
            let effects = ["NoExecute", "NoSchedule", "PreferNoSchedule"]
            errors += SharedValidation.choiceErrors(taint["effect"], "\(field).effect", effects)
            if !seen.insert("\(key):\(taint["effect"].text)").inserted { errors.append(.duplicate(field, taint)) }
        }
        return errors
    }

    private func networkErrors(_ spec: JSONObject) -> [FieldError] {
        let networks = spec["podCIDRs"].texts
        var errors = networks.enumerated().flatMap { index, network in
            AddressFormats.networkErrors("spec.podCIDRs[\(index)]", network)
        }
        let families = networks.compactMap { AddressFormats.parseNetwork($0)?.address.family }
        if networks.count > 2 || (networks.count == 2 && families.count == 2 && families[0] == families[1]) {
            errors.append(
                .invalid(
                    "spec.podCIDRs", spec["podCIDRs"] ?? .null, "may specify no more than one CIDR for each IP family"))
        }
        return errors
    }

    package var selectableFieldNames: [String] { ["spec.unschedulable"] }

    package func selectableFields(_ document: Document) -> [(name: String, value: String)] {
        [("spec.unschedulable", "\(document.spec["unschedulable"].flag)")]
    }
}
