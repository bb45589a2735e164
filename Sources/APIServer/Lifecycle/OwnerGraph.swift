import ObjectStore

/// Owners and dependents, by uid.
struct OwnerGraph {
    struct Node {
        var key: RecordKey
        var owners: [Owner]
        /// Whether the deletion of this object waits for its dependents.
        var isDeletingForeground = false
        /// Whether its dependents must first lose their reference to it.
        var isOrphaning = false
        var isDeleting = false
    }

    struct Owner: Hashable {
        var uid: String
        var blocksDeletion: Bool
    }

    private(set) var nodes: [String: Node] = [:]
    private var dependents: [String: Set<String>] = [:]
    private var uids: [RecordKey: String] = [:]

    mutating func insert(_ node: Node, uid: String) {
        remove(node.key)
        if let old = nodes[uid] { remove(old.key) }
        nodes[uid] = node
        uids[node.key] = uid
        for owner in node.owners { dependents[owner.uid, default: []].insert(uid) }
    }

    /// - Returns: The uid of the previous object.
    @discardableResult
    mutating func remove(_ key: RecordKey) -> String? {
        guard let uid = uids.removeValue(forKey: key), let node = nodes.removeValue(forKey: uid) else { return nil }
        for owner in node.owners {
            dependents[owner.uid]?.remove(uid)
            if dependents[owner.uid]?.isEmpty == true { dependents[owner.uid] = nil }
        }
        return uid
    }

    func dependents(of uid: String) -> [Node] {
        (dependents[uid] ?? []).compactMap { nodes[$0] }
    }

    func uid(of key: RecordKey) -> String? { uids[key] }
}
