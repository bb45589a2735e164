package import IPVS

extension Scheduler {
    /// The schedulers that the kernel's own modules have.
    package static let knownNames = [
        "rr", "wrr", "lc", "wlc", "sh", "dh", "sed", "nq", "lblc", "lblcr", "mh",
    ]

    /// Reads a scheduler and its flags, as in `wlc`, `sh,sh-port` or `mh,mh-fallback,mh-port`; `nil` for an unknown
    /// one.
    ///
    /// `mh` alone also considers the client's port, as in kube-proxy.
    package init?(option: String) {
        let words = option.split(separator: ",", omittingEmptySubsequences: false).map { $0.filter { $0 != " " } }
        guard let name = words.first, Self.knownNames.contains(name) else { return nil }
        var flags: Flags = []
        for word in words.dropFirst() {
            switch word {
            case "\(name)-fallback" where Self.namesWithFlags.contains(name): flags.insert(.fallback)
            case "\(name)-port" where Self.namesWithFlags.contains(name): flags.insert(.port)
            default: return nil
            }
        }
        if words.count == 1, name == "mh" { flags = .port }
        self.init(name, flags: flags)
    }

    private static let namesWithFlags = ["sh", "mh"]
}
