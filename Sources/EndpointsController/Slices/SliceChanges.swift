/// The writes that bring EndpointSlices up to date.
package struct SliceChanges: Sendable, Hashable {
    /// New slices; the API server names them.
    package var create: [Slice] = []
    /// Slices with a name, and with the resource version that they replace.
    package var update: [Slice] = []
    package var delete: [Slice] = []

    package init() {}

    package var isEmpty: Bool { create.isEmpty && update.isEmpty && delete.isEmpty }

    mutating func append(_ other: SliceChanges) {
        create += other.create
        update += other.update
        delete += other.delete
    }

    /// Turns pairs of a creation and a deletion into updates, which saves a write each.
    ///
    /// `mayReuse`: whether a slice to delete may become another one of its owner. `reuse`: the new slice under the
    /// name of the old one.
    mutating func reuse(_ mayReuse: (Slice) -> Bool, _ reuse: (_ new: Slice, _ old: Slice) -> Slice) {
        var kept: [Slice] = []
        for old in delete {
            if mayReuse(old), let index = create.lastIndex(where: { $0.addressType == old.addressType }) {
                update.append(reuse(create.remove(at: index), old))
            } else {
                kept.append(old)
            }
        }
        delete = kept
    }
}
