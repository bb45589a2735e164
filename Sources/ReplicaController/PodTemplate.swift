import KubernetesObjects

/// The template of Pods, and the label that distinguishes the ReplicaSets of one Deployment.
enum PodTemplate {
    static let hashLabel = "pod-template-hash"

    /// The template without the label that a Deployment adds.
    static func plain(_ document: Document) -> JSONValue {
        var template = document.spec["template"] ?? [:]
        template.set(nil, at: ["metadata", "labels", hashLabel])
        if template["metadata"]["labels"].fields.isEmpty { template.set(nil, at: ["metadata", "labels"]) }
        // Clients may omit it or write null.
        if template["metadata"]["creationTimestamp"] == .null {
            template.set(nil, at: ["metadata", "creationTimestamp"])
        }
        if template["metadata"].fields.isEmpty { template.set(nil, at: ["metadata"]) }
        return template
    }

    /// A short text that differs between templates, and for each number of collisions.
    ///
    /// Kubernetes hashes Go's memory layout, which cannot be reproduced; ReplicaSets are recognized by their
    /// template, not by this text.
    static func hash(_ template: JSONValue, collisions: Int) -> String {
        var hash: UInt32 = 2_166_136_261
        for byte in JSONWriter.bytes(sorted(template)) + Array("\(collisions)".utf8) {
            hash = (hash ^ UInt32(byte)) &* 16_777_619
        }
        // Without vowels, to avoid words.
        let letters = Array("bcdfghjklmnpqrstvwxz2456789")
        return String(String(hash).compactMap { $0.wholeNumberValue.map { letters[$0] } })
    }

    private static func sorted(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let object):
            .object(JSONObject(uniqueMembers: object.members.map { ($0.key, sorted($0.value)) }).sorted())
        case .array(let items): .array(items.map(sorted))
        default: value
        }
    }
}
