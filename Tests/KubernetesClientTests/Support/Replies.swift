import NIOHTTP1

extension ScriptedServer.Reply {
    /// A refusal like kube-apiserver's.
    static func refusal(_ code: Int, _ reason: String, _ message: String = "", headers: HTTPHeaders = [:]) -> Self {
        let body = """
            {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"\(message)",\
            "reason":"\(reason)","code":\(code)}
            """
        var headers = headers
        headers.add(name: "Content-Type", value: "application/json")
        return Self(status: .init(statusCode: code), headers: headers, body: [Array(body.utf8)])
    }

    /// A watch that sends `events` and stays open.
    static func watch(_ events: String...) -> Self {
        Self(body: events.map { Array("\($0)\n".utf8) }, ending: .open)
    }
}

/// An event of a watch for Services, as one line.
func event(_ type: String, _ name: String, _ version: Int) -> String {
    """
    {"type":"\(type)","object":{"kind":"Service","apiVersion":"v1","metadata":{"name":"\(name)","namespace":"default",\
    "resourceVersion":"\(version)"},"spec":{"clusterIP":"10.96.0.9","clusterIPs":["10.96.0.9"],\
    "ipFamilies":["IPv4"],"type":"ClusterIP","ports":[{"port":80,"protocol":"TCP","targetPort":80}]}}}
    """
}

func bookmark(_ version: Int, endsInitialEvents: Bool = true) -> String {
    let annotations = endsInitialEvents ? #","annotations":{"k8s.io/initial-events-end":"true"}"# : ""
    return """
        {"type":"BOOKMARK","object":{"kind":"Service","apiVersion":"v1","metadata":{"resourceVersion":"\(version)"\
        \(annotations)},"spec":{},"status":{"loadBalancer":{}}}}
        """
}
