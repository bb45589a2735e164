import BlockingThreads
import Glibc
import InternetAddresses
import NFTables
import Netlink
import OrderedCollections

/// Reads back the map of backends, which may have hundreds of thousands.
enum EndpointReading {
    /// Opens another connection to the kernel.
    typealias Opener = @Sendable () throws(NetlinkError) -> any NetlinkTransport

    /// The number of slots from which a second thread pays off: the kernel answers readers in parallel.
    fileprivate static let parallelThreshold = 20_000
}

extension NFTablesConnection {
    /// Reads the backends: by getting the slots implied by the frontends' classes, or, if these do not account for
    /// everything, with a dump.
    mutating func readEndpoints(
        of table: Table, into kernel: inout KernelTable, open: EndpointReading.Opener?
    ) throws(NetlinkError) {
        do throws(NetlinkError) {
            let endpoints = try collect(SlotRuns(kernel), of: table, open: open)
            // If the kernel does not report counts, it may hold others, but no packet ever looks them up.
            let count = try elementCount(of: Layout.endpoints.name, in: table)
            if count == nil || count == endpoints.slots.count, !endpoints.isForeign {
                kernel.endpoints = endpoints.slots
                return
            }
        } catch {
            // A missing slot, or too many answers for the buffer.
            guard error.errno == ENOENT || error.errno == ENOBUFS || error.errno == EAGAIN else { throw error }
        }
        var endpoints = EndpointCollector(table.family)
        try forEachElement(of: Layout.endpoints.name, in: table) { endpoints.take($0) }
        kernel.endpoints = endpoints.slots
        if endpoints.isForeign { kernel.foreign.insert(.endpoints) }
    }

    private mutating func collect(
        _ runs: SlotRuns, of table: Table, open: EndpointReading.Opener?
    ) throws(NetlinkError) -> EndpointCollector {
        guard let open, runs.count >= EndpointReading.parallelThreshold else { return try collect(runs, of: table) }
        let (first, second) = runs.halves
        let transport = try open()
        let (theirs, ours) = OwnedThread.both(name: "nft-reader") {
            Result { () throws(NetlinkError) in
                var connection = NFTablesConnection(transport)
                return try connection.collect(second, of: table)
            }
        } and: {
            Result { () throws(NetlinkError) in try collect(first, of: table, makingRoomFor: runs) }
        }
        var endpoints = try ours.get()
        endpoints.merge(try theirs.get())
        return endpoints
    }

    private mutating func collect(
        _ runs: SlotRuns, of table: Table, makingRoomFor all: SlotRuns? = nil
    ) throws(NetlinkError) -> EndpointCollector {
        var endpoints = EndpointCollector(table.family)
        endpoints.slots.reserve(frontends: (all ?? runs).frontendCount, backends: (all ?? runs).count)
        var runs = runs
        try forEachElement(
            of: Layout.endpoints.name, in: table,
            nextKey: { key in
                guard let next = runs.next() else { return false }
                key.slot(next.frontend, next.slot)
                return true
            }, { endpoints.take($0) })
        return endpoints
    }
}

/// Collects elements of the map of backends by frontend.
private struct EndpointCollector: Sendable {
    let family: IPFamily
    var slots = KernelSlots()
    var isForeign = false

    init(_ family: IPFamily) {
        self.family = family
    }

    mutating func take(_ element: borrowing ElementReader) {
        guard case .slot(let frontend, let slot) = ElementKey(.endpoints, element, family),
            case .backend(let backend) = ElementValue(.endpoints, element, family)
        else {
            isForeign = true
            return
        }
        slots.add(backend, in: slot, of: frontend)
    }

    mutating func merge(_ other: EndpointCollector) {
        slots.add(other.slots)
        isForeign = isForeign || other.isForeign
    }
}

/// The slots in use according to the frontends' classes, one after another.
private struct SlotRuns: Sendable {
    private var runs: ArraySlice<(frontend: FrontendKey, slots: Range<UInt32>)> = []
    /// The number of slots.
    private(set) var count = 0

    init(_ kernel: KernelTable) {
        // Clients inside and outside may share a list.
        var insideLists: [FrontendKey: RouteClass.Backends] = [:]
        for set in [SetID.services, .inside, .outside] {
            for (key, element) in kernel.elements[set] ?? [:] {
                guard case .frontend(let frontend) = key, case .routeClass(let id) = element.value,
                    let (list, count) = RouteClass(id: id).flatMap(kernel.run(of:))
                else { continue }
                if set == .inside { insideLists[frontend] = list }
                if set == .outside, insideLists[frontend] == list { continue }
                runs.append((frontend, list.firstSlot..<list.firstSlot + UInt32(count)))
                self.count += count
            }
        }
    }

    private init(_ runs: ArraySlice<(frontend: FrontendKey, slots: Range<UInt32>)>) {
        self.runs = runs
        count = runs.reduce(0) { $0 + $1.slots.count }
    }

    /// The same in two parts of about equal size.
    var halves: (SlotRuns, SlotRuns) {
        var middle = runs.startIndex
        var slots = 0
        while middle < runs.endIndex, slots < count / 2 {
            slots += runs[middle].slots.count
            middle += 1
        }
        return (SlotRuns(runs[..<middle]), SlotRuns(runs[middle...]))
    }

    /// At least as many frontends as there are.
    var frontendCount: Int { runs.count }

    mutating func next() -> (frontend: FrontendKey, slot: UInt32)? {
        guard let run = runs.first else { return nil }
        let slot = run.slots.lowerBound
        if run.slots.count == 1 {
            runs.removeFirst()
        } else {
            runs[runs.startIndex].slots = slot + 1..<run.slots.upperBound
        }
        return (run.frontend, slot)
    }
}

extension KernelTable {
    /// The slots that a class leads to.
    func run(of routeClass: RouteClass) -> (list: RouteClass.Backends, count: Int)? {
        switch routeClass.action {
        case .pick(let count, let list): (list, count)
        case .sticky(let number): run(of: number)
        case .refuse, .drop, .split: nil
        }
    }
}
