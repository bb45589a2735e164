package import KubernetesObjects

/// EndpointSlices and Endpoints without what differs from run to run, in a fixed order, for comparison.
///
/// Slices that differ only in their endpoints are shown as one, with a note: how full each is depends on timing.
package enum EndpointsPicture {
    private static let volatile = ["uid", "resourceVersion", "creationTimestamp", "generation", "managedFields"]
    private static let triggerTime = "endpoints.kubernetes.io/last-change-trigger-time"

    package static func of(slices: [Document], endpoints: [Document]) -> JSONValue {
        ordered([
            "endpointSlices": .array(merged(slices.map { clean($0) })),
            "endpoints": .array(endpoints.map { .object(counted(clean($0))) }),
        ])
    }

    /// Slices with the same ports and metadata, merged.
    private static func merged(_ slices: [JSONObject]) -> [JSONValue] {
        var groups: [String: (slice: JSONObject, endpoints: [JSONValue], sizes: [Int])] = [:]
        for slice in slices {
            var rest = slice
            rest["endpoints"] = nil
            let endpoints = slice["endpoints"].items.map(withoutIdentity)
            let key = text(ordered(.object(rest)))
            groups[key, default: (rest, [], [])].endpoints += endpoints
            groups[key]?.sizes.append(endpoints.count)
        }
        return groups.values.map { group in
            var slice = group.slice
            slice["endpoints"] = .array(group.endpoints)
            if group.sizes.count > 1 {
                let count = group.sizes.count < 6 ? "\(group.sizes.count)" : "several"
                slice["slices"] = .string("\(count), none with more than \(max(100, group.sizes.max() ?? 0)) endpoints")
            }
            return .object(slice)
        }
    }

    private static func clean(_ document: Document) -> JSONObject {
        var object = document.object
        for key in ["apiVersion", "kind"] { object[key] = nil }
        var metadata = document.metadata
        for key in volatile { metadata[key] = nil }
        if let prefix = metadata["generateName"]?.string { metadata["name"] = .string(prefix + "<sfx>") }
        metadata["name"] = .string(withoutSuffix(metadata["name"].text))
        var annotations = metadata["annotations"].fields
        annotations[triggerTime] = nil
        metadata["annotations"] = annotations.isEmpty ? nil : .object(annotations)
        if let owners = metadata["ownerReferences"]?.array {
            metadata["ownerReferences"] = .array(
                owners.map { owner in
                    var owner = owner
                    owner["uid"] = nil
                    return owner
                })
        }
        object["metadata"] = .object(metadata)
        return object
    }

    private static func withoutSuffix(_ name: String) -> String {
        guard let hyphen = name.lastIndex(of: "-") else { return name }
        let suffix = name[name.index(after: hyphen)...]
        let letters = Set("bcdfghjklmnpqrstvwxz2456789")
        return suffix.count == 5 && suffix.allSatisfy(letters.contains) ? name[...hyphen] + "<sfx>" : name
    }

    private static func withoutIdentity(_ endpoint: JSONValue) -> JSONValue {
        var endpoint = endpoint
        for key in ["uid", "resourceVersion"] where endpoint["targetRef"].isSet { endpoint["targetRef"]?[key] = nil }
        return endpoint
    }

    /// Lists of 1000 addresses are only counted: which ones of a longer list remain is not defined.
    private static func counted(_ endpoints: JSONObject) -> JSONObject {
        guard let subsets = endpoints["subsets"]?.array else { return endpoints }
        var endpoints = endpoints
        endpoints["subsets"] = .array(
            subsets.map { subset in
                var subset = subset
                for key in ["addresses", "notReadyAddresses"] {
                    guard let addresses = subset[key]?.array else { continue }
                    subset[key] =
                        addresses.count >= 1000
                        ? ["count": .integer(Int64(addresses.count))] : .array(addresses.map(withoutIdentity))
                }
                return subset
            })
        return endpoints
    }

    /// The same value with its lists and members sorted.
    package static func ordered(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let items):
            let sorted = items.map(ordered).map { (text($0), $0) }.sorted { $0.0 < $1.0 }
            return .array(sorted.map(\.1))
        case .object(let object):
            return .object(JSONObject(uniqueMembers: object.members.map { ($0.key, ordered($0.value)) }).sorted())
        default: return value
        }
    }

    package static func text(_ value: JSONValue) -> String { String(decoding: JSONWriter.bytes(value), as: UTF8.self) }
}
