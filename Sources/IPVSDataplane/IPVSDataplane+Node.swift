package import Dataplane

extension IPVSDataplane {
    /// Applies the kernel settings that the mode needs, in the calling thread's network namespace; the mode applies
    /// them itself if it has the privileges.
    package static func prepareNode(_ configuration: IPVSConfiguration) throws(DataplaneError) {
        for setting in Sysctl.all(strictARP: configuration.usesStrictARP) { _ = try setting.ensure() }
    }
}
