import KubernetesObjects
import Testing

struct EndpointsTests {
    @Test func addressesWithTheSamePortsAreKeptTogether() throws {
        let definition = try #require(ResourceTable.kubernetes.definition(GroupVersion("v1"), kind: "Endpoints"))
        let json = """
            {"metadata":{"name":"a"},"subsets":[
              {"addresses":[{"ip":"10.0.0.6"},{"ip":"10.0.0.5"}],"ports":[{"name":"x","port":80}]},
              {"addresses":[{"ip":"10.0.0.4"}],"notReadyAddresses":[{"ip":"10.0.0.5"}],
              "ports":[{"name":"x","port":80}]},
              {"addresses":[{"ip":"10.0.0.4"},{"ip":"10.0.0.6"}],"notReadyAddresses":[{"ip":"10.0.0.5"}],
               "ports":[{"name":"y","port":81}]}]}
            """
        var document = try definition.decode(try JSONParser.parse(Array(json.utf8))).document
        definition.behaviour.prepareForCreate(&document)
        let expected: JSONValue = [
            [
                "addresses": [["ip": "10.0.0.4"], ["ip": "10.0.0.6"]], "notReadyAddresses": [["ip": "10.0.0.5"]],
                "ports": [
                    ["name": "x", "port": 80, "protocol": "TCP"], ["name": "y", "port": 81, "protocol": "TCP"],
                ],
            ]
        ]
        #expect(document["subsets"] == expected)
    }
}
