/// How to request the whole state from a server, judging by its answers so far.
///
/// A watch that begins with all objects (WatchList) costs both sides least. If it is refused, the first list comes from
/// the server's cache (`resourceVersion=0`), because after an outage all nodes ask at once. A cache ignores the page
/// limit: if its answer is too large, or out of date, the list comes in pages of the most recent state.
struct ListingMode: Sendable, Hashable {
    private(set) var usesWatchList = true
    private(set) var usesCache = true
    /// Halved for each answer that was too large.
    private(set) var pageDivisor = 1
    /// Whether pages expired before all of them were read, so that everything is requested at once.
    private(set) var isUnpaged = false
    private var unfinishedStreams = 0

    func firstPage(_ size: Int) -> ListRequest {
        ListRequest(resourceVersion: usesCache ? "0" : "", limit: isUnpaged ? nil : max(1, size / pageDivisor))
    }

    mutating func succeeded() {
        usesCache = false
        isUnpaged = false
        unfinishedStreams = 0
    }

    mutating func refusedWatchList() { usesWatchList = false }

    /// A WatchList went silent or ended early. Servers that do not know `sendInitialEvents` do this, but so does a
    /// broken network: the second time decides.
    mutating func leftUnfinished() {
        unfinishedStreams += 1
        if unfinishedStreams >= 2 { usesWatchList = false }
    }

    mutating func misledByCache() { usesCache = false }

    mutating func expiredBetweenPages() { isUnpaged = true }

    mutating func tooLarge() {
        if !usesCache, !isUnpaged { pageDivisor = min(pageDivisor * 2, 512) }
        usesCache = false
        isUnpaged = false
    }
}
