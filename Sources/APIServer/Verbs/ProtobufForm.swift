import KubernetesObjects

/// YAML, with errors as clients receive them.
enum YAMLForm {
    static func bytes(_ json: JSONValue) throws(APIStatus) -> [UInt8] {
        do throws(YAMLSyntaxError) {
            return try YAMLWriter.bytes(json)
        } catch {
            throw .internalError("\(error)")
        }
    }
}

/// Protobuf, with errors as clients receive them.
enum ProtobufForm {
    static func bytes(_ document: Document, _ definition: ResourceDefinition) throws(APIStatus) -> [UInt8] {
        do throws(ProtobufError) {
            return try ProtobufCodec.encode(document, schemaType: definition.schemaType)
        } catch {
            throw .internalError("\(error)")
        }
    }

    static func list(
        _ stored: [[UInt8]], metadata: JSONObject, _ definition: ResourceDefinition
    ) throws(APIStatus) -> [UInt8] {
        var documents: [Document] = []
        documents.reserveCapacity(stored.count)
        for bytes in stored { documents.append(try StoredDocument.decode(bytes)) }
        do throws(ProtobufError) {
            return try ProtobufCodec.encode(
                list: documents, metadata: metadata, apiVersion: definition.apiVersion, kind: definition.kind + "List",
                schemaType: definition.schemaType)
        } catch {
            throw .internalError("\(error)")
        }
    }
}

extension RequestBody {
    static func yaml(_ body: [UInt8]) throws(APIStatus) -> (json: JSONValue, duplicates: [String]) {
        do throws(YAMLSyntaxError) {
            let read = try YAMLReader.parse(body)
            return (read.value, read.duplicates)
        } catch {
            throw .badRequest("\(error)")
        }
    }

    static func protobuf(
        _ body: [UInt8], schemaType: String
    ) throws(APIStatus) -> (json: JSONValue, duplicates: [String]) {
        do throws(ProtobufError) {
            return (try ProtobufCodec.decode(body, schemaType: schemaType), [])
        } catch {
            throw .badRequest("the object provided is unrecognized: couldn't read it as protobuf: \(error)")
        }
    }
}
