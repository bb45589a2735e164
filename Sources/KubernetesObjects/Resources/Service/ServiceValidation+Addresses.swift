extension ServiceValidation {
    /// Checks `clusterIP`, `clusterIPs`, `ipFamilies` and `ipFamilyPolicy` against one another.
    ///
    /// Allocation needs them before the rest of the Service is checked.
    package static func validateClusterIPsRelatedFields(_ document: Document, old: Document? = nil) -> [FieldError] {
        let spec = document.spec
        if spec["type"].text == "ExternalName" { return [] }
        let field = "spec.clusterIPs"
        let addresses = spec["clusterIPs"].texts
        let shown = JSONValue.array(addresses.map(JSONValue.string))
        let families = spec["ipFamilies"].texts
        var errors: [FieldError] = []

        let clusterIP = spec["clusterIP"].text
        if !clusterIP.isEmpty {
            if addresses.isEmpty {
                errors.append(.required(field))
            } else if addresses[0] != clusterIP {
                errors.append(.invalid(field, shown, "first value must match `clusterIP`"))
            }
        } else if !addresses.isEmpty {
            errors.append(.invalid(field, shown, "must be empty when `clusterIP` is not specified"))
        }

        var seen: Set<String> = []
        for (index, family) in families.enumerated() {
            let place = "spec.ipFamilies[\(index)]"
            if family != "IPv4", family != "IPv6" {
                errors.append(.unsupported(place, .string(family), ["IPv4", "IPv6"]))
            }
            if !seen.insert(family).inserted { errors.append(.duplicate(place, .string(family))) }
        }
        let policies = ["PreferDualStack", "RequireDualStack", "SingleStack"]
        if let policy = spec["ipFamilyPolicy"]?.string, !policies.contains(policy) {
            errors.append(.unsupported("spec.ipFamilyPolicy", .string(policy), policies))
        }

        var hasInvalidAddress = false
        for (index, address) in addresses.enumerated() {
            if index == 0, address == "None" {
                if addresses.count > 1 {
                    hasInvalidAddress = true
                    errors.append(.invalid(field, shown, "'None' must be the first and only value"))
                }
                continue
            }
            let problems = AddressFormats.addressErrors(
                "\(field)[\(index)]", address, existing: old?.spec["clusterIPs"].texts ?? [])
            hasInvalidAddress = hasInvalidAddress || !problems.isEmpty
            errors += problems
        }
        if addresses.count > 2 { errors.append(.invalid(field, shown, "may only hold up to 2 values")) }
        // Unreadable addresses have no family to compare.
        if hasInvalidAddress { return errors }

        let isIPv6 = addresses.map(AddressFormats.isIPv6)
        if addresses.count > 1, !(isIPv6.contains(true) && isIPv6.contains(false)) {
            errors.append(.invalid(field, shown, "may specify no more than one IP for each IP family"))
        }
        if !isHeadless(spec) {
            for (index, (address, family)) in zip(addresses, families).enumerated() {
                let expected = family
                if (family == "IPv4" && isIPv6[index]) || (family == "IPv6" && !isIPv6[index]) {
                    errors.append(
                        .invalid(
                            "\(field)[\(index)]", .string(address),
                            "expected an \(expected) value as indicated by `ipFamilies[\(index)]`"))
                }
            }
        }
        return errors
    }
}
