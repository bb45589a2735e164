package import InternetAddresses
package import Netlink

/// The results of removing stale flows, for metrics and the log.
package enum ConntrackReport: Sendable {
    /// One pass over the table of one family. Feeds `kubeproxy_conntrack_reconciler_deleted_entries_total` and
    /// `kubeproxy_conntrack_reconciler_sync_duration_seconds`.
    case cleaned(IPFamily, deleted: Int, took: Duration)
    /// Some stale flows could not be removed, after several attempts: their clients may keep sending to an endpoint
    /// that is gone until they pause. Later changes are still handled.
    case failed(NetlinkError)
    /// This kernel or process cannot remove flows at all. Reported once; no further attempts are made.
    case unavailable(NetlinkError)
}
