/// A Service as the API writes it, reduced to the fields read here.
struct ServiceDocument: ObjectDocument {
    struct Spec: Decodable {
        var type: String?
        var clusterIP: String?
        var clusterIPs: [String]?
        var ipFamilies: [String]?
        var ports: [Port]?
        var externalIPs: [String]?
        var loadBalancerSourceRanges: [String]?
        var internalTrafficPolicy: String?
        var externalTrafficPolicy: String?
        var healthCheckNodePort: Int?
        var sessionAffinity: String?
        var sessionAffinityConfig: SessionAffinityConfig?
        var externalName: String?
        var publishNotReadyAddresses: Bool?
        var selector: [String: String]?
    }

    struct Port: Decodable {
        var name: String?
        var `protocol`: String?
        var port: Int?
        var targetPort: IntOrString?
        var nodePort: Int?
    }

    struct SessionAffinityConfig: Decodable {
        var clientIP: ClientIP?
    }

    struct ClientIP: Decodable {
        var timeoutSeconds: Int?
    }

    struct Status: Decodable {
        var loadBalancer: LoadBalancer?
    }

    struct LoadBalancer: Decodable {
        var ingress: [Ingress]?
    }

    struct Ingress: Decodable {
        var ip: String?
        var ipMode: String?
    }

    static var objectKind: ObjectKind { .service }

    var kind: String?
    var metadata: MetadataDocument?
    var spec: Spec?
    var status: Status?
}
