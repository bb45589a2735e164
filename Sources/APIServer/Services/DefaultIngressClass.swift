import KubernetesObjects
import ObjectStore

/// Gives new Ingresses without a class the default one.
///
/// https://kubernetes.io/docs/concepts/services-networking/ingress/#default-ingress-class
struct DefaultIngressClass {
    private let writer: ObjectWriter

    init(_ writer: ObjectWriter) {
        self.writer = writer
    }

    /// Of several default classes the newest counts, as with kube-apiserver.
    func apply(to ingress: inout Document) throws(APIStatus) {
        guard ingress.spec["ingressClassName"] == nil, ingress.annotations["kubernetes.io/ingress.class"] == nil else {
            return
        }
        var defaults: [Document] = []
        for record in writer.transaction.records(of: "ingressclasses.networking.k8s.io", in: nil) {
            let document = try record.decoded()
            if document.annotations["ingressclass.kubernetes.io/is-default-class"] == "true" {
                defaults.append(document)
            }
        }
        // A stable choice among classes of the same second: the first name.
        let chosen = defaults.max {
            ($0.creationTimestamp ?? "", $1.name) < ($1.creationTimestamp ?? "", $0.name)
        }
        if let chosen { ingress[path: "spec", "ingressClassName"] = .string(chosen.name) }
    }
}
