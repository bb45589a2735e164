import InternetAddresses
import KubernetesAPI

/// The one who changes ``ServiceNames``: knows which slice belongs to which Service.
package struct NameRegistry: Sendable {
    package private(set) var names: ServiceNames
    private var owners: [NamespacedName: NamespacedName] = [:]
    private var podAddresses: [NamespacedName: [IPAddress]] = [:]

    package init(_ names: ServiceNames) { self.names = names }

    /// Takes in `changes`. Each Service that they concern is prepared anew, once; nothing else is touched.
    ///
    /// `time` is when this happened, in seconds since 1970: the new serial number of the zone.
    package mutating func apply(_ changes: some Sequence<NameChange>, at time: UInt32) {
        var edits: [NamespacedName: ServiceEdit] = [:]
        for change in changes {
            switch change {
            case .service(let name, let facts):
                edits[name, default: ServiceEdit()].facts = .some(facts)
            case .slice(let slice, let service, let facts):
                let owner = facts == nil ? nil : service
                if let old = owners[slice], old != owner {
                    edits[old, default: ServiceEdit()].slices[slice.name] = .some(nil)
                }
                owners[slice] = owner
                if let owner { edits[owner, default: ServiceEdit()].slices[slice.name] = .some(facts) }
            case .namespace(let name, let exists):
                names.setNamespace(name, exists: exists)
            case .pod(let pod, let addresses):
                guard names.podMode == .verified else { continue }
                for address in podAddresses[pod] ?? [] { names.countPod(address, in: pod.namespace, by: -1) }
                for address in addresses { names.countPod(address, in: pod.namespace, by: 1) }
                podAddresses[pod] = addresses.isEmpty ? nil : addresses
            }
        }
        for (name, edit) in edits { names.change(name, edit) }
        names.serial = time
    }

    /// Says that everything that existed at the start has been applied.
    package mutating func markSynchronized() { names.isSynchronized = true }
}

/// What changes of one Service.
struct ServiceEdit {
    /// The outer `nil` leaves the Service as it is, the inner one removes it.
    var facts: ServiceFacts??
    var slices: [String: SliceFacts?] = [:]
}

extension ServiceNames {
    mutating func change(_ name: NamespacedName, _ edit: ServiceEdit) {
        let labels = NamedService.labels(of: name)
        let hash = NameHash.hash(labels)
        let chain = services[hash]
        var others: [NamedService] = []
        var old: NamedService?
        var link = chain
        while let service = link {
            if service.name == name { old = service } else { others.append(service) }
            link = service.next
        }
        let facts = edit.facts ?? old?.facts
        var slices = old?.slices ?? [:]
        for (slice, change) in edit.slices { slices[slice] = change }

        // The usual case is a chain of one: nothing behind it to be made anew.
        var head: NamedService?
        for other in others {
            head = NamedService(
                name: other.name, facts: other.facts, slices: other.slices, context: context, next: head)
        }
        var new: NamedService?
        if facts != nil || !slices.isEmpty {
            new = NamedService(name: name, facts: facts, slices: slices, context: context, next: head)
            head = new
        }
        services[hash] = head
        countNamespace(name.namespace, by: (facts == nil ? 0 : 1) - (old?.facts == nil ? 0 : 1))

        let before = old?.addresses ?? []
        let after = new?.addresses ?? []
        for address in before.subtracting(after) {
            addresses[address]?.remove(hash)
            if addresses[address]?.isEmpty == true { addresses[address] = nil }
        }
        for address in after.subtracting(before) { addresses[address, default: []].insert(hash) }
    }

    private mutating func countNamespace(_ name: String, by change: Int) {
        guard change != 0 else { return }
        updateNamespace(name) { $0.services += change }
    }

    mutating func setNamespace(_ name: String, exists: Bool) {
        updateNamespace(name) { $0.hasObject = exists }
    }

    private mutating func updateNamespace(_ name: String, _ body: (inout NamespaceFacts) -> Void) {
        var facts = namespaces[name] ?? NamespaceFacts()
        body(&facts)
        namespaces[name] = facts.services == 0 && !facts.hasObject ? nil : facts
    }

    mutating func countPod(_ address: IPAddress, in namespace: String, by change: Int) {
        var counts = pods[address] ?? [:]
        let count = (counts[namespace] ?? 0) + change
        counts[namespace] = count > 0 ? count : nil
        pods[address] = counts.isEmpty ? nil : counts
    }
}
