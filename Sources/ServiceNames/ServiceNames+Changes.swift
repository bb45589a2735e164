import InternetAddresses
import KubernetesAPI

/// Changes ``ServiceNames``: knows which slice belongs to which Service.
package struct NameRegistry: Sendable {
    package private(set) var names: ServiceNames
    /// What is known about each Service until the initial state is complete: it is prepared once, not for each
    /// part that arrives.
    private var held: [NamespacedName: ServiceEdit] = [:]
    /// Services that have been prepared but are not yet among the names.
    private var prepared: [NamedService] = []
    private var owners: [NamespacedName: NamespacedName] = [:]
    private var podAddresses: [NamespacedName: [IPAddress]] = [:]

    package init(_ names: ServiceNames) { self.names = names }

    /// Applies `changes`. Each affected Service is prepared again, once; nothing else is touched. Before
    /// ``markSynchronized()`` they are only stored.
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
        if names.isSynchronized {
            for (name, edit) in edits { names.change(name, edit) }
        } else {
            held.merge(edits) { $0.followed(by: $1) }
        }
        names.serial = time
    }

    /// Prepares everything stored so far, in several tasks; ``markSynchronized()`` adds it to the names. Call once.
    package mutating func prepare() async {
        guard prepared.isEmpty else { return }
        let edits = Array(held)
        held = [:]
        let context = names.context
        prepared += await withTaskGroup(of: [NamedService].self) { group in
            for start in stride(from: 0, to: edits.count, by: Self.part) {
                let part = edits[start..<min(start + Self.part, edits.count)]
                group.addTask { part.compactMap { NamedService($0, $1, context) } }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
    }

    /// Services that one task prepares.
    private static let part = 256

    /// Marks the initial state as complete.
    package mutating func markSynchronized() {
        for service in prepared { names.add(service) }
        for (name, edit) in held { names.change(name, edit) }
        (held, prepared) = ([:], [])
        names.isSynchronized = true
    }
}

/// The changes to one Service.
struct ServiceEdit {
    /// The outer `nil` leaves the Service as it is, the inner one removes it.
    var facts: ServiceFacts??
    var slices: [String: SliceFacts?] = [:]

    /// Both edits as one.
    func followed(by next: ServiceEdit) -> ServiceEdit {
        var edit = self
        if let facts = next.facts { edit.facts = .some(facts) }
        edit.slices.merge(next.slices) { _, new in new }
        return edit
    }
}

extension NamedService {
    /// A Service of which only this is known; `nil` if that is nothing.
    convenience fileprivate init?(_ name: NamespacedName, _ edit: ServiceEdit, _ context: NamingContext) {
        let facts = edit.facts ?? nil
        let slices = edit.slices.compactMapValues(\.self)
        guard facts != nil || !slices.isEmpty else { return nil }
        self.init(name: name, facts: facts, slices: slices, context: context, next: nil)
    }
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

        // The usual case is a chain of one, with nothing after it to rebuild.
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
        take(new, inPlaceOf: old, hash)
    }

    /// Adds a previously unknown Service.
    mutating func add(_ service: NamedService) {
        let hash = NameHash.hash(service.labels)
        guard services[hash] == nil else {
            return change(
                service.name, ServiceEdit(facts: service.facts.map { .some($0) }, slices: service.slices))
        }
        services[hash] = service
        take(service, inPlaceOf: nil, hash)
    }

    /// Updates what depends on a Service: its namespace and its addresses.
    private mutating func take(_ new: NamedService?, inPlaceOf old: NamedService?, _ hash: UInt64) {
        guard let name = (new ?? old)?.name else { return }
        countNamespace(name.namespace, by: (new?.facts == nil ? 0 : 1) - (old?.facts == nil ? 0 : 1))

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
