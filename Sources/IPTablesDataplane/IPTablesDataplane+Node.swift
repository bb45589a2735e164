package import Dataplane

extension IPTablesDataplane {
    /// Applies the kernel settings that the mode needs, in the calling thread's network namespace; the mode applies
    /// them itself if it has the privileges. `opensLoopback` says whether node ports are open on 127.0.0.1.
    package static func prepareNode(
        _ configuration: IPTablesConfiguration, opensLoopback: Bool
    ) throws(DataplaneError) {
        if opensLoopback, configuration.localhostNodePorts { try NodeSettings.allowLocalhostRouting() }
        if configuration.acceptsInvalidPackets { try NodeSettings.acceptPacketsOutsideWindow() }
    }
}
