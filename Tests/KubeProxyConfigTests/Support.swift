@testable import KubeProxyConfig

/// The request in the arguments, with `file` as the content of every file.
func invoke(
    _ arguments: String..., file: String = "", isKubeProxy: Bool = false
) throws(ConfigurationError) -> Invocation {
    try Invocation(arguments, program: "kube-proxy", isKubeProxy: isKubeProxy) { _ throws(ConfigurationError) in file }
}

/// The error message for arguments and a file.
func complaint(_ arguments: String..., file: String? = nil) -> String {
    do throws(ConfigurationError) {
        let all = arguments + (file == nil ? [] : ["--config=proxy.conf"])
        let invocation = try Invocation(all, program: "kube-proxy", isKubeProxy: false) {
            _ throws(ConfigurationError) in
            file ?? ""
        }
        return "no complaint, but \(invocation.task)"
    } catch {
        return error.message
    }
}

/// A file with these fields.
func document(_ fields: String) -> String {
    "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n\(fields)\n"
}
