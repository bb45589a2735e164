import KubernetesObjects
import Testing

struct DecodingTests {
    static func service() throws -> ResourceDefinition { try ServerSideApplyTests.service() }

    static func decode(_ json: String, _ validation: FieldValidation = .strict) throws -> (Document, [String]) {
        let (value, duplicates) = try JSONParser.parseReportingDuplicates(Array(json.utf8))
        let result = try service().decode(value, duplicates: duplicates, fieldValidation: validation)
        return (result.document, result.warnings)
    }

    @Test func namesUnknownFields() throws {
        let json = #"{"spec":{"ports":[{"port":80,"targetport":8080}],"prots":[]}}"#
        let status = #expect(throws: APIStatus.self) { try Self.decode(json) }
        #expect(
            status?.message == #"Service in version "v1" cannot be handled as a Service: strict decoding error: "#
                + #"unknown field "spec.ports[0].targetport", unknown field "spec.prots""#)
        let (document, warnings) = try Self.decode(json, .warn)
        #expect(warnings == [#"unknown field "spec.ports[0].targetport""#, #"unknown field "spec.prots""#])
        #expect(document.spec["prots"] == nil)
    }

    @Test func namesTheFieldOfAWrongType() throws {
        let status = #expect(throws: APIStatus.self) { try Self.decode(#"{"spec":{"ports":[{"port":"80"}]}}"#) }
        #expect(
            status?.message == #"Service in version "v1" cannot be handled as a Service: json: cannot unmarshal "#
                + "string into Go struct field ServicePort.spec.ports.port of type int32")
    }

    @Test func writesMembersInTheOrderOfTheSchema() throws {
        let (document, _) = try Self.decode(
            #"{"spec":{"type":"ClusterIP","ports":[{"port":80}]},"metadata":{"name":"a"}}"#)
        #expect(
            JSONValue.object(document.object).description
                == #"""
                {"kind":"Service","apiVersion":"v1","metadata":{"name":"a"},\#
                "spec":{"ports":[{"protocol":"TCP","port":80,"targetPort":80}],"type":"ClusterIP",\#
                "sessionAffinity":"None","internalTrafficPolicy":"Cluster"},"status":{"loadBalancer":{}}}
                """#)
    }

    @Test func theSchemaResolvesEveryName() {
        for definition in ResourceTable.kubernetes.definitions {
            #expect(Schema.kubernetes.index(of: definition.schemaType) != nil, "\(definition.schemaType)")
        }
    }
}

struct OpenAPITests {
    @Test func documentsDescribeTheKinds() throws {
        let table = ResourceTable.kubernetes
        for version in table.groupVersions {
            let document = try JSONParser.parse(try #require(OpenAPIV3.document(table, version)))
            #expect(document["components"]?["schemas"]?.object?.isEmpty == false)
        }
        let core = try JSONParser.parse(try #require(OpenAPIV3.document(table, GroupVersion("v1"))))
        let port = core["components"]?["schemas"]?["io.k8s.api.core.v1.ServiceSpec"]?["properties"]?["ports"]
        #expect(port?["x-kubernetes-patch-merge-key"] == "port")
        #expect(port?["x-kubernetes-list-map-keys"] == ["port", "protocol"])
        let type = core["components"]?["schemas"]?["io.k8s.api.core.v1.ServiceSpec"]?["properties"]?["type"]
        #expect(type?["enum"] == ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"])
        #expect(type?["description"]?.string?.hasPrefix("How the Service is exposed") == true)
    }

    @Test func everyReferenceLeadsToASchema() throws {
        let table = ResourceTable.kubernetes
        for version in table.groupVersions {
            let document = try JSONParser.parse(try #require(OpenAPIV3.document(table, version)))
            let schemas = Set(document["components"]?["schemas"]?.object?.keys ?? [])
            var references: [String] = []
            collect(document, &references)
            for reference in references {
                let name = String(reference.dropFirst("#/components/schemas/".count))
                let isKnown = schemas.contains(name)
                #expect(isKnown, "\(version): \(reference)")
            }
        }
    }

    private func collect(_ value: JSONValue, _ references: inout [String]) {
        if let reference = value["$ref"]?.string { references.append(reference) }
        for member in value.object?.members ?? [] { collect(member.value, &references) }
        for element in value.array ?? [] { collect(element, &references) }
    }
}
