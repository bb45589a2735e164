package import Dataplane

extension IPVSDataplane {
    /// Makes the kernel settings that the mode needs, in the calling thread's network namespace; the mode makes them
    /// itself where it has the privileges.
    package static func prepareNode(_ configuration: IPVSConfiguration) throws(DataplaneError) {
        for setting in Sysctl.all(strictARP: configuration.usesStrictARP) { _ = try setting.ensure() }
    }
}
