package import KubernetesObjects
package import ObjectStore

/// Documents in stored form: compact JSON that begins with kind and apiVersion, so that items of lists are made
/// by skipping those.
enum StoredDocument {
    static func bytes(_ document: Document) -> [UInt8] {
        var object = JSONObject([("kind", .string(document.kind)), ("apiVersion", .string(document.apiVersion))])
        for member in document.object where member.key != "kind" && member.key != "apiVersion" {
            object[member.key] = member.value
        }
        return JSONWriter.bytes(.object(object))
    }

    static func bytes(_ document: Document, revision: Int64) -> [UInt8] {
        var document = document
        document.resourceVersion = String(revision)
        return bytes(document)
    }

    static func decode(_ bytes: [UInt8]) throws(APIStatus) -> Document {
        do {
            guard let object = try JSONParser.parse(bytes).object else {
                throw APIStatus.internalError("a stored document is not an object")
            }
            return Document(object)
        } catch let status as APIStatus {
            throw status
        } catch {
            throw .internalError("a stored document cannot be read: \(error)")
        }
    }

    /// The bytes of a document after the prefix of `definition`, for an item of a list.
    static func item(_ bytes: [UInt8], of definition: ResourceDefinition) -> ArraySlice<UInt8> {
        bytes.dropFirst(prefix(of: definition).count)
    }

    static func prefix(of definition: ResourceDefinition) -> [UInt8] {
        Array("{\"kind\":\"\(definition.kind)\",\"apiVersion\":\"\(definition.apiVersion)\",".utf8)
    }
}

extension Record {
    package func decoded() throws(APIStatus) -> Document { try StoredDocument.decode(document) }
}

extension ResourceTable {
    /// The kind as which objects of a kind are stored.
    func stored(_ definition: ResourceDefinition) -> ResourceDefinition {
        guard let stored = definition.storedAs else { return definition }
        return definitions.first { $0.groupResource == stored && $0.storedAs == nil } ?? definition
    }
}

extension ResourceDefinition {
    /// The name of the resource in the store.
    var storageName: String { (storedAs ?? groupResource).description }

    func key(namespace: String, name: String) -> RecordKey {
        RecordKey(resource: storageName, namespace: isNamespaced ? namespace : "", name: name)
    }
}
