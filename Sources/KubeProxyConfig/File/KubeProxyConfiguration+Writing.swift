package import KubernetesObjects

extension KubeProxyConfiguration {
    /// As an object of kind `KubeProxyConfiguration`, with every field and in kube-proxy's order.
    ///
    /// As in kube-proxy, the periods of modes not in use are zero.
    package var json: JSONValue {
        var written = self
        if mode != "iptables" { (written.iptables.syncPeriod, written.iptables.minSyncPeriod) = (.zero, .zero) }
        if mode != "ipvs" { (written.ipvs.syncPeriod, written.ipvs.minSyncPeriod) = (.zero, .zero) }
        if mode != "nftables" { (written.nftables.syncPeriod, written.nftables.minSyncPeriod) = (.zero, .zero) }
        var document: JSONValue = [
            "kind": .string(ConfigurationFile.kind), "apiVersion": .string(ConfigurationFile.apiVersion),
        ]
        for setting in Setting.all where !(setting.omitsZero && setting.isZero(written)) {
            guard let field = setting.field else { continue }
            document.set(setting.json(written), at: field.split(separator: ".").map(String.init)[...])
        }
        return document
    }

    /// As `--write-config-to` writes it.
    package func yaml() throws(ConfigurationError) -> [UInt8] {
        do throws(YAMLSyntaxError) {
            return try YAMLWriter.bytes(json)
        } catch {
            throw ConfigurationError(.file, "the configuration cannot be written as YAML: \(error)")
        }
    }

    /// The answer to `/configz`.
    package var configz: String {
        String(decoding: JSONWriter.bytes(["kubeproxy.config.k8s.io": json]), as: UTF8.self)
    }
}
