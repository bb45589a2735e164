/// Validation of the specs of Pods and Pod templates.
enum PodSpecValidation {
    static func errors(_ spec: JSONObject, _ field: String) -> [FieldError] {
        var errors: [FieldError] = []
        let volumes = volumeErrors(spec["volumes"].items, "\(field).volumes", &errors)
        if spec["containers"].items.isEmpty { errors.append(.required("\(field).containers")) }
        let isOnHost = spec["hostNetwork"].flag
        var names: Set<String> = []
        for list in ["containers", "initContainers"] {
            for (index, container) in spec[list].items.enumerated() {
                let place = "\(field).\(list)[\(index)]"
                errors += ContainerValidation.errors(container, place, volumes: volumes, isOnHost: isOnHost)
                let name = container["name"].text
                if !name.isEmpty, !names.insert(name).inserted {
                    errors.append(.duplicate("\(place).name", .string(name)))
                }
            }
        }
        errors += SharedValidation.choiceErrors(
            spec["restartPolicy"], "\(field).restartPolicy", ["Always", "Never", "OnFailure"])
        errors += SharedValidation.choiceErrors(
            spec["dnsPolicy"], "\(field).dnsPolicy", ["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"])
        errors += MetadataValidation.labelErrors(spec["nodeSelector"].fields, "\(field).nodeSelector")
        return errors + nameErrors(spec, field) + numberErrors(spec, field)
            + tolerationErrors(spec["tolerations"].items, "\(field).tolerations")
    }

    private static func nameErrors(_ spec: JSONObject, _ field: String) -> [FieldError] {
        var errors: [FieldError] = []
        for key in ["serviceAccountName", "nodeName", "priorityClassName"] {
            let name = spec[key].text
            if !name.isEmpty {
                errors += NameFormats.subdomain(name).map { .invalid("\(field).\(key)", .string(name), $0) }
            }
        }
        for key in ["hostname", "subdomain"] {
            let name = spec[key].text
            if !name.isEmpty {
                errors += NameFormats.label(name).map { .invalid("\(field).\(key)", .string(name), $0) }
            }
        }
        for (index, alias) in spec["hostAliases"].items.enumerated() {
            let place = "\(field).hostAliases[\(index)]"
            errors += AddressFormats.addressErrors("\(place).ip", alias["ip"].text)
            for (position, name) in alias["hostnames"].texts.enumerated() {
                errors += NameFormats.subdomain(name).map {
                    .invalid("\(place).hostnames[\(position)]", .string(name), $0)
                }
            }
        }
        return errors
    }

    private static func numberErrors(_ spec: JSONObject, _ field: String) -> [FieldError] {
        var errors = SharedValidation.nonNegativeErrors(
            spec["terminationGracePeriodSeconds"], "\(field).terminationGracePeriodSeconds")
        if let deadline = spec["activeDeadlineSeconds"]?.integer, !(1...Int64(Int32.max)).contains(deadline) {
            errors.append(
                .invalid(
                    "\(field).activeDeadlineSeconds", .integer(deadline), "must be between 1 and 2147483647, inclusive")
            )
        }
        return errors
    }

    static func tolerationErrors(_ tolerations: [JSONValue], _ field: String) -> [FieldError] {
        var errors: [FieldError] = []
        for (index, toleration) in tolerations.enumerated() {
            let place = "\(field)[\(index)]"
            let key = toleration["key"].text
            if !key.isEmpty {
                errors += NameFormats.qualifiedName(key).map { .invalid("\(place).key", .string(key), $0) }
            }
            let comparison = toleration["operator"].text
            if key.isEmpty, comparison != "Exists" {
                errors.append(
                    .invalid(
                        "\(place).operator", .string(comparison),
                        "operator must be Exists when `key` is empty, which means \"match all values and all keys\""))
            }
            if toleration["tolerationSeconds"].isSet, toleration["effect"].text != "NoExecute" {
                errors.append(
                    .invalid(
                        "\(place).effect", .string(toleration["effect"].text),
                        "effect must be 'NoExecute' when `tolerationSeconds` is set"))
            }
            switch comparison {
            case "", "Equal":
                errors += NameFormats.labelValue(toleration["value"].text).map {
                    .invalid("\(place).operator", .string(toleration["value"].text), $0)
                }
            case "Exists":
                if !toleration["value"].text.isEmpty {
                    errors.append(
                        .invalid(
                            "\(place).operator", .string(toleration["value"].text),
                            "value must be empty when `operator` is 'Exists'"))
                }
            default: errors.append(.unsupported("\(place).operator", .string(comparison), ["Equal", "Exists"]))
            }
            let effects = ["NoExecute", "NoSchedule", "PreferNoSchedule"]
            let effect = toleration["effect"].text
            if !effect.isEmpty, !effects.contains(effect) {
                errors.append(.unsupported("\(place).effect", .string(effect), effects))
            }
        }
        return errors
    }

    /// In the order in which kube-apiserver looks for them: the first one counts.
    private static let volumeSources = [
        "emptyDir", "hostPath", "gitRepo", "gcePersistentDisk", "awsElasticBlockStore", "secret", "nfs", "iscsi",
        "glusterfs", "flocker", "persistentVolumeClaim", "rbd", "cinder", "cephfs", "quobyte", "downwardAPI", "fc",
        "azureFile", "configMap", "vsphereVolume", "photonPersistentDisk", "portworxVolume", "azureDisk", "storageos",
        "projected", "scaleIO", "csi", "ephemeral", "image",
    ]

    /// What a volume's source cannot do without.
    private static let requiredMembers = [
        "hostPath": "path", "secret": "secretName", "configMap": "name", "persistentVolumeClaim": "claimName",
    ]

    /// - Returns: The names of the volumes.
    private static func volumeErrors(
        _ volumes: [JSONValue], _ field: String, _ errors: inout [FieldError]
    ) -> Set<String> {
        var names: Set<String> = []
        for (index, volume) in volumes.enumerated() {
            let place = "\(field)[\(index)]"
            let name = volume["name"].text
            let given = volume.object.map { $0.keys.filter { $0 != "name" } } ?? []
            let sources = volumeSources.filter(given.contains) + given.filter { !volumeSources.contains($0) }
            if let source = sources.first {
                let key = requiredMembers[source]
                if let key, volume[source][key].text.isEmpty { errors.append(.required("\(place).\(source).\(key)")) }
            } else {
                errors.append(.required(place, "must specify a volume type"))
            }
            for source in sources.dropFirst() {
                errors.append(.forbidden("\(place).\(source)", "may not specify more than 1 volume type"))
            }
            errors += SharedValidation.labelErrors(name, "\(place).name")
            if !name.isEmpty, !names.insert(name).inserted {
                errors.append(.duplicate("\(place).name", .string(name)))
            }
        }
        return names
    }
}
