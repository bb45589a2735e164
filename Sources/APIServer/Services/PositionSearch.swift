/// Searches for a free position: starting at a random one, first in the dynamic band, then in the static one.
enum PositionSearch {
    /// The first free position; calls `isFree` at most once for each. `nil` if there is none.
    static func find<Failure: Error>(
        count: UInt64, staticCount: UInt64, using generator: inout some RandomNumberGenerator,
        isFree: (UInt64) throws(Failure) -> Bool
    ) throws(Failure) -> UInt64? {
        for band in [staticCount..<count, 0..<staticCount] where !band.isEmpty {
            let start = UInt64.random(in: band, using: &generator)
            for position in start..<band.upperBound where try isFree(position) { return position }
            for position in band.lowerBound..<start where try isFree(position) { return position }
        }
        return nil
    }
}
