import NIOHTTP1

/// The objects for measuring controllers, as clients send them.
enum ControllerObjects {
    static let nodes = 100
    static let namespace = "/api/v1/namespaces/default"
    /// The slices that the controller maintains.
    static let slices =
        "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector="
        + "endpointslice.kubernetes.io/managed-by%3Dendpointslice-controller.k8s.io"

    static func node(_ number: Int) -> String {
        """
        {"kind":"Node","apiVersion":"v1","metadata":{"name":"n\(number)","labels":{
        "topology.kubernetes.io/zone":"z\(number % 3)"}}}
        """
    }

    static func service(_ number: Int) -> String {
        """
        {"kind":"Service","apiVersion":"v1","metadata":{"name":"s\(number)","labels":{"app":"s\(number)"}},"spec":{
        "selector":{"app":"s\(number)"},"ports":[{"name":"http","port":80,"targetPort":8080,"protocol":"TCP"}]}}
        """
    }

    static func pod(_ service: Int, _ number: Int) -> String {
        """
        {"kind":"Pod","apiVersion":"v1","metadata":{"name":"s\(service)-\(number)","labels":{"app":"s\(service)"}},
        "spec":{"nodeName":"n\((service * 5 + number) % nodes)","containers":[{"name":"web","image":"example.com/web:1",
        "ports":[{"containerPort":8080}],"resources":{"requests":{"cpu":"100m","memory":"64Mi"}}}]}}
        """
    }

    /// A Pod's status as kubelet reports it.
    static func readiness(_ service: Int, _ number: Int, isReady: Bool) -> APIClient.Call {
        let address = "10.\(64 + service / 250).\(service % 250).\(number + 1)"
        return APIClient.Call(
            method: .PATCH, path: "\(namespace)/pods/s\(service)-\(number)/status",
            body: """
                {"status":{"phase":"Running","podIP":"\(address)","podIPs":[{"ip":"\(address)"}],"conditions":[{
                "type":"Ready","status":"\(isReady ? "True" : "False")","lastTransitionTime":"2026-01-01T00:00:00Z"}]}}
                """, type: "application/merge-patch+json")
    }
}
