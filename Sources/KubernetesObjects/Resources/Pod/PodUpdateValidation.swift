/// Validation of changes to existing Pods.
enum PodUpdateValidation {
    private static let changeable = [
        "`spec.containers[*].image`", "`spec.initContainers[*].image`", "`spec.activeDeadlineSeconds`",
        "`spec.tolerations` (only additions to existing tolerations)",
        "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
    ]

    static func errors(_ spec: JSONObject, old: JSONObject) -> [FieldError] {
        var errors = lengthErrors(spec, old: old)
        if !errors.isEmpty { return errors }
        for list in ["containers", "initContainers"] {
            for (index, container) in spec[list].items.enumerated() where container["image"].text.isEmpty {
                errors.append(.required("spec.\(list)[\(index)].image"))
            }
        }
        errors += deadlineErrors(spec, old: old)
        errors += tolerationErrors(spec, old: old)
        var unchanged = spec
        for list in ["containers", "initContainers"] {
            let images = old[list].items.map { $0["image"] }
            var index = 0
            unchanged.modifyItems(list) { container in
                if index < images.count { container["image"] = images[index] }
                index += 1
            }
        }
        for key in ["activeDeadlineSeconds", "tolerations"] { unchanged[key] = old[key] }
        if old["terminationGracePeriodSeconds"].number < 0, spec["terminationGracePeriodSeconds"].number == 1 {
            unchanged["terminationGracePeriodSeconds"] = old["terminationGracePeriodSeconds"]
        }
        if unchanged != old {
            let difference = Set(unchanged.keys + old.keys).sorted().filter { unchanged[$0] != old[$0] }.map { key in
                "- \(key): \(old[key]?.description ?? "unset")\n+ \(key): \(unchanged[key]?.description ?? "unset")"
            }
            errors.append(
                .forbidden(
                    "spec",
                    "pod updates may not change fields other than \(changeable.joined(separator: ","))\n"
                        + difference.joined(separator: "\n")))
        }
        return errors
    }

    /// Ephemeral containers can be added only.
    static func ephemeralErrors(_ spec: JSONObject, old: JSONObject) -> [FieldError] {
        let field = "spec.ephemeralContainers"
        let new = spec["ephemeralContainers"].items
        var errors: [FieldError] = []
        var names = Set((spec["containers"].items + spec["initContainers"].items).map { $0["name"].text })
        for (index, container) in new.enumerated() {
            let place = "\(field)[\(index)]"
            let name = container["name"].text
            errors += SharedValidation.labelErrors(name, "\(place).name")
            if !name.isEmpty, !names.insert(name).inserted {
                errors.append(.duplicate("\(place).name", .string(name)))
            }
            if container["image"].text.isEmpty { errors.append(.required("\(place).image")) }
        }
        for container in old["ephemeralContainers"].items {
            let name = container["name"].text
            guard let kept = new.first(where: { $0["name"].text == name }) else {
                errors.append(
                    .forbidden(field, "existing ephemeral containers \(GoText.quoted(name)) may not be removed\n"))
                continue
            }
            if kept != container {
                errors.append(
                    .forbidden(field, "existing ephemeral containers \(GoText.quoted(name)) may not be changed\n"))
            }
        }
        return errors
    }

    private static func lengthErrors(_ spec: JSONObject, old: JSONObject) -> [FieldError] {
        ["containers", "initContainers"].compactMap { list in
            guard spec[list].items.count != old[list].items.count else { return nil }
            let what = list == "containers" ? "containers" : "initContainers"
            return .forbidden("spec.\(list)", "pod updates may not add or remove \(what)")
        }
    }

    private static func deadlineErrors(_ spec: JSONObject, old: JSONObject) -> [FieldError] {
        let field = "spec.activeDeadlineSeconds"
        switch (spec["activeDeadlineSeconds"]?.integer, old["activeDeadlineSeconds"]?.integer) {
        case (let new?, let old):
            if !(0...Int64(Int32.max)).contains(new) {
                return [.invalid(field, .integer(new), "must be between 0 and 2147483647, inclusive")]
            }
            guard let old, old < new else { return [] }
            return [.invalid(field, .integer(new), "must be less than or equal to previous value")]
        case (nil, let old?):
            return [.invalid(field, .null, "must not update from a positive integer to nil value (was \(old))")]
        case (nil, nil): return []
        }
    }

    private static func tolerationErrors(_ spec: JSONObject, old: JSONObject) -> [FieldError] {
        let new = spec["tolerations"].items
        let isKept = old["tolerations"].items.allSatisfy { toleration in
            new.contains { candidate in
                var candidate = candidate
                var toleration = toleration
                candidate["tolerationSeconds"] = nil
                toleration["tolerationSeconds"] = nil
                return candidate == toleration
            }
        }
        let field = "spec.tolerations"
        if !isKept {
            return [.forbidden(field, "existing toleration can not be modified except its tolerationSeconds")]
        }
        return new == old["tolerations"].items ? [] : PodSpecValidation.tolerationErrors(new, field)
    }
}
