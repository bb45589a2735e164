import KubeProxyConfig

extension ProxyError {
    /// A value that cannot be used. `text` ends a sentence that begins with the file and the field, where the values
    /// are from a file, and with the flag otherwise.
    init(_ settings: KubeProxyConfiguration, field: String, _ text: String) {
        let file = settings.command.config
        let flag = Setting.all.first { $0.field == field }?.flag
        self.init(
            .invalidOption, file.isEmpty ? "\(flag.map { "--\($0)" } ?? field) \(text)" : "\(file): \(field) \(text)")
    }
}
