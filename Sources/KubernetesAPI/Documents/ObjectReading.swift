/// An object read from a decoder (JSON or YAML), or what is known about an unusable one.
///
/// Reading never throws: an unusable object does not spoil its list.
package struct ObjectReading: Sendable {
    /// Which object it is; `nil` if its name could not be read.
    package let key: ObjectKey?
    /// Empty if there is none.
    package let resourceVersion: String
    /// The object with the API server's defaults, or what is wrong with it.
    package let outcome: Result<KubernetesObject, ObjectError>

    /// Reads an object of `kind` from `decoder`; the items of a list do not name their kind.
    package init(of kind: ObjectKind, from decoder: any Decoder) {
        do {
            self.init(try kind.registration.document.init(from: decoder).validated())
        } catch {
            // The fault may be elsewhere, so the name is read once more on its own.
            let metadata = (try? Identity(from: decoder))?.metadata
            let key = metadata?.key(of: kind)
            let object = key?.description ?? kind.rawValue
            self.init(
                key: key, resourceVersion: metadata?.resourceVersion ?? "",
                outcome: .failure(ObjectError(error, object: object, below: decoder.codingPath.count)))
        }
    }

    init(_ object: KubernetesObject) {
        self.init(key: object.key, resourceVersion: object.metadata.resourceVersion, outcome: .success(object))
    }

    init(key: ObjectKey?, resourceVersion: String, outcome: Result<KubernetesObject, ObjectError>) {
        self.key = key
        self.resourceVersion = resourceVersion
        self.outcome = outcome
    }

    private struct Identity: Decodable {
        struct Metadata: Decodable {
            var name: String?
            var namespace: String?
            var resourceVersion: String?

            func key(of kind: ObjectKind) -> ObjectKey? {
                MetadataDocument(name: name, namespace: namespace).key(of: kind)
            }
        }

        var metadata: Metadata?
    }
}
