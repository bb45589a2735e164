import Foundation

/// The parts of a scenario's `served.json` that the lab reads: what to serve, and what to query.
struct ScenarioObjects: Decodable {
    var services: [Service] = []
    var slices: [EndpointSlice] = []

    struct Metadata: Decodable {
        var name: String
        var namespace: String?
        var labels: [String: String]?
    }

    struct Service: Decodable {
        struct Port: Decodable {
            var port: UInt16
            var nodePort: UInt16?
            var `protocol`: String?
        }

        struct Spec: Decodable {
            var type: String?
            var clusterIP: String?
            var clusterIPs: [String]?
            var externalIPs: [String]?
            var ipFamilies: [String]?
            var sessionAffinity: String?
            var ports: [Port]?
        }

        struct Status: Decodable {
            struct LoadBalancer: Decodable {
                struct Ingress: Decodable { var ip: String? }
                var ingress: [Ingress]?
            }

            var loadBalancer: LoadBalancer?
        }

        var metadata: Metadata
        var spec: Spec
        var status: Status?

        /// `namespace/name`; slices name their owner the same way.
        var key: String { "\(metadata.namespace ?? "default")/\(metadata.name)" }
        var isProxied: Bool { spec.type != "ExternalName" && (spec.clusterIP ?? "None") != "None" }
    }

    struct EndpointSlice: Decodable {
        struct Endpoint: Decodable { var addresses: [String] }

        struct Port: Decodable {
            var port: UInt16?
            var `protocol`: String?
        }

        var metadata: Metadata
        var endpoints: [Endpoint]?
        var ports: [Port]?

        var addresses: [String] { (endpoints ?? []).flatMap(\.addresses) }
        var owner: String {
            "\(metadata.namespace ?? "default")/\(metadata.labels?["kubernetes.io/service-name"] ?? "")"
        }
    }

    private enum CodingKeys: CodingKey { case items, kind }

    init(from decoder: any Decoder) throws {
        var items = try decoder.container(keyedBy: CodingKeys.self).nestedUnkeyedContainer(forKey: .items)
        while !items.isAtEnd {
            let item = try items.superDecoder()
            switch try item.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .kind) {
            case "Service": services.append(try Service(from: item))
            case "EndpointSlice": slices.append(try EndpointSlice(from: item))
            default: break
            }
        }
    }
}
