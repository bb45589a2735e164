import Dataplane
import Glibc
import IPSet
import Netlink

/// Writes sets and reads them back. Blocks; belongs to one thread.
struct SetWriter: ~Copyable {
    private var connection: IPSetConnection
    /// The capacity of each set.
    private var maxima: [SetID: UInt32] = [:]

    /// A temporary set that replaces one that has become too small, until they are swapped.
    private static let successor = "servicelet-grown"

    init(_ transport: any NetlinkTransport) {
        connection = IPSetConnection(transport)
    }

    /// Creates the missing sets, and returns the entries of the others.
    mutating func prepare(_ report: inout ProgrammingReport) throws(DataplaneError) -> [SetID: Set<SetEntry>] {
        var held: [SetID: Set<SetEntry>] = [:]
        maxima = [:]
        var missing: [SetID] = []
        for id in SetID.all {
            guard let set = try firstSet(named: id.kernelName) else {
                missing.append(id)
                continue
            }
            guard set.holds(id.header) else {
                throw DataplaneError(
                    .refused,
                    "the set \(id.kernelName) is somebody else's, of the type \(set.typeName); remove it with ipset "
                        + "destroy "
                        + id.kernelName)
            }
            held[id] = Set(set.entries)
            maxima[id] = set.maximum
        }
        var changes = SetChanges()
        for id in missing {
            changes.create(id.header, revision: try revision(of: id))
            maxima[id] = id.header.maximum
        }
        try write(&changes, "create sets", &report)
        return held
    }

    /// Adds entries to sets that are to hold `counts` entries with these; sets that are too small grow.
    ///
    /// `all` returns every entry that a set should hold.
    mutating func add(
        _ entries: [SetID: [SetEntry]], all: (SetID) -> [SetEntry], _ report: inout ProgrammingReport
    ) throws(DataplaneError) {
        var changes = SetChanges()
        for (id, new) in entries.sorted(by: { $0.key.kernelName < $1.key.kernelName }) {
            let maximum = maxima[id] ?? id.header.maximum
            // Stale entries are removed after the new ones are added, and take up room until then.
            if id.name.kind.isHash, new.count > 1000 || maximum > SetHeader.defaultMaximum {
                let wanted = all(id)
                if wanted.count > Int(maximum) {
                    try grow(id, to: wanted, &report)
                    continue
                }
            }
            changes.add(new, to: id.kernelName)
        }
        do throws(DataplaneError) {
            try write(&changes, "add entries to sets", &report)
        } catch {
            guard let cause = error.cause as? NetlinkError, cause.isSetFull else { throw error }
            for (id, new) in entries where id.name.kind.isHash {
                try grow(id, to: all(id) + new, &report)
            }
        }
    }

    mutating func remove(_ entries: [SetID: [SetEntry]], _ report: inout ProgrammingReport) throws(DataplaneError) {
        var changes = SetChanges()
        for (id, stale) in entries { changes.remove(stale, from: id.kernelName) }
        try write(&changes, "remove entries from sets", &report)
    }

    /// Replaces a set by a larger one, which rules match from then on.
    private mutating func grow(
        _ id: SetID, to entries: [SetEntry], _ report: inout ProgrammingReport
    ) throws(DataplaneError) {
        var header = id.header
        header.name = Self.successor
        let wanted = Set(entries)
        header.maximum = max(maxima[id] ?? header.maximum, header.maximum)
        while Int(header.maximum) < wanted.count + wanted.count / 4 { header.maximum *= 2 }
        if try set(named: Self.successor) != nil {
            var leftover = SetChanges()
            leftover.destroy(Self.successor)
            try write(&leftover, "remove the set \(Self.successor)", &report)
        }
        var changes = SetChanges()
        changes.create(header, revision: try revision(of: id))
        changes.add(Array(wanted), to: Self.successor)
        changes.swap(id.kernelName, Self.successor)
        changes.destroy(Self.successor)
        try write(&changes, "enlarge the set \(id.kernelName)", &report)
        maxima[id] = header.maximum
    }

    private mutating func revision(of id: SetID) throws(DataplaneError) -> UInt8 {
        do throws(NetlinkError) { return try connection.revision(of: id.name.kind, family: id.family) } catch {
            throw DataplaneError(error, "the mode ipvs needs the kernel's sets")
        }
    }

    /// As ``set(named:)``, for the first requests: the kernel answers EINVAL if it has no sets at all.
    private mutating func firstSet(named name: String) throws(DataplaneError) -> KernelSet? {
        do throws(DataplaneError) { return try set(named: name) } catch {
            guard (error.cause as? NetlinkError)?.errno == EINVAL else { throw error }
            throw DataplaneError(.unsupported, "the mode ipvs needs the kernel's sets: \(error)", cause: error.cause)
        }
    }

    private mutating func set(named name: String) throws(DataplaneError) -> KernelSet? {
        do throws(NetlinkError) { return try connection.set(named: name) } catch {
            throw DataplaneError(error, "cannot read the set \(name)")
        }
    }

    private mutating func write(
        _ changes: inout SetChanges, _ what: String, _ report: inout ProgrammingReport
    ) throws(DataplaneError) {
        guard !changes.isEmpty else { return }
        let refusals: [Int: NetlinkError]
        do throws(NetlinkError) { refusals = try connection.send(&changes) } catch {
            throw DataplaneError(error, "cannot \(what)")
        }
        report.messages += changes.count
        report.bytes += changes.bytes.count
        guard let refusal = refusals.min(by: { $0.key < $1.key })?.value else { return }
        // A set deleted meanwhile is created again.
        let code: DataplaneError.Code = refusal.errno == ENOENT ? .transient : DataplaneError(refusal, "").code
        throw DataplaneError(code, "cannot \(what): \(refusal)", cause: refusal)
    }
}
