import KubeProxyConfig

extension ProxyError {
    /// An invalid value. `text` ends a sentence that begins with the file and field if the values are from a file,
    /// otherwise with the flag.
    init(_ settings: KubeProxyConfiguration, field: String, _ text: String) {
        let file = settings.command.config
        let flag = Setting.all.first { $0.field == field }?.flag
        self.init(
            .invalidOption, file.isEmpty ? "\(flag.map { "--\($0)" } ?? field) \(text)" : "\(file): \(field) \(text)")
    }
}
