import ChildProcesses
import Dataplane
import IPTables
import InternetAddresses
import LabKit
import ServiceRouting

@testable import IPTablesDataplane

/// A network namespace with a data plane in it.
struct Lab {
    let namespace: NetworkNamespace
    let dataplane: IPTablesDataplane
    let backend: IPTablesPrograms.Backend

    static let nodeAddresses = ["172.30.0.2", "fd00:172:30::2"].compactMap { IPAddress($0) }

    /// Creates the namespace; a hint like kubelet's makes the data plane choose the back end.
    init(
        _ backend: IPTablesPrograms.Backend, _ configuration: IPTablesConfiguration = .recorded,
        fullSyncInterval: Duration = .seconds(3600)
    ) async throws {
        self.backend = backend
        namespace = try await NetworkNamespace(name: "n1")
        try await namespace.run("iptables-\(backend.rawValue)", "-w", "120", "-t", "mangle", "-N", "KUBE-IPTABLES-HINT")
        dataplane = try Lab.dataplane(in: namespace, configuration, fullSyncInterval)
    }

    /// Simulates another process on the same node.
    func restarted(_ configuration: IPTablesConfiguration = .recorded) throws -> Lab {
        Lab(namespace: namespace, dataplane: try Lab.dataplane(in: namespace, configuration), backend: backend)
    }

    private init(namespace: NetworkNamespace, dataplane: IPTablesDataplane, backend: IPTablesPrograms.Backend) {
        self.namespace = namespace
        self.dataplane = dataplane
        self.backend = backend
    }

    private static func dataplane(
        in namespace: NetworkNamespace, _ configuration: IPTablesConfiguration,
        _ fullSyncInterval: Duration = .seconds(3600)
    ) throws -> IPTablesDataplane {
        try IPTablesDataplane(
            configuration: configuration, executor: NamespaceExecutor(namespace), repairInterval: .milliseconds(20),
            fullSyncInterval: fullSyncInterval)
    }

    @discardableResult
    func synchronize(_ routes: [ServicePortRoute]) async throws -> ProgrammingReport {
        try await dataplane.synchronize(RoutingSnapshot(routes: routes, nodePorts: .recorded))
    }

    /// What the kernel holds, as `iptables-save` prints it, without the hint.
    func listing(_ family: IPFamily = .ipv4) async throws -> RuleListing {
        let name = family == .ipv4 ? "iptables" : "ip6tables"
        let text = try await namespace.run("\(name)-\(backend.rawValue)-save")
        return RuleListing(
            text.split(separator: "\n").filter { !$0.contains("KUBE-IPTABLES-HINT") }.joined(separator: "\n"))
    }

    /// Replaces all rules by a text that `iptables-save` printed, on which the recordings left out the counters.
    func restore(_ text: String, _ family: IPFamily) async throws {
        let lines = text.split(separator: "\n").map { line in
            guard line.hasPrefix(":"), !line.hasSuffix("]") else { return String(line) }
            return line.hasSuffix(" -") || line.hasSuffix(" ACCEPT") ? "\(line) [0:0]" : String(line)
        }
        let name = family == .ipv4 ? "iptables" : "ip6tables"
        try await namespace.run(
            "\(name)-\(backend.rawValue)-restore", "-w", "120", input: lines.joined(separator: "\n") + "\n")
        if family == .ipv4 {
            try await namespace.run(
                "iptables-\(backend.rawValue)", "-w", "120", "-t", "mangle", "-N", "KUBE-IPTABLES-HINT")
        }
    }

    /// The kernel's rules, as we read them and as `iptables-save` prints them.
    func bothReadings(_ family: IPFamily) async throws -> (read: SavedRules, saved: SavedRules) {
        let reader = RuleReader(executor: NamespaceExecutor(namespace))
        let name = family == .ipv4 ? "iptables" : "ip6tables"
        var saved = SavedRules()
        saved.append(try await namespace.run("\(name)-\(backend.rawValue)-save").utf8)
        return (try await reader.read(backend, family), saved)
    }

    /// Runs `iptables` of the back end: `iptables("-t nat -F")`. All namespaces share the legacy back end's lock, which
    /// other tests may hold, so it is awaited.
    func iptables(_ arguments: String, creating: String? = nil) async throws {
        if let creating { try await iptables(creating) }
        let process = try await namespace.spawn(
            ["iptables-\(backend.rawValue)", "-w", "120"] + arguments.split(separator: " ").map(String.init))
        let exit = try await process.exit(within: .patience)
        guard exit == .code(0) else { throw LabError(.command, "iptables \(arguments)", cause: process.errors) }
    }
}

/// Reads rules on the thread of a namespace.
actor RuleReader {
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private nonisolated let executor: NamespaceExecutor

    init(executor: NamespaceExecutor) { self.executor = executor }

    func read(_ backend: IPTablesPrograms.Backend, _ family: IPFamily) throws -> SavedRules {
        try IPTablesPrograms(backend: backend).programmed(family)
    }

    func families(withChainNamed prefix: String) throws -> Set<IPFamily> {
        try KernelTables.families(withChainNamed: prefix)
    }
}

/// Runs an actor's jobs on the thread of a namespace, so that it programs that namespace.
final class NamespaceExecutor: SerialExecutor {
    private let namespace: NetworkNamespace

    init(_ namespace: NetworkNamespace) { self.namespace = namespace }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor { namespace.unownedExecutor }

    /// Not called: jobs go to the executor that ``asUnownedSerialExecutor()`` names.
    func enqueue(_ job: consuming ExecutorJob) {
        UnownedJob(job).runSynchronously(on: namespace.unownedExecutor)
    }
}

extension RoutingChange {
    /// The change from some routes to others.
    init(from old: [ServicePortRoute], to new: [ServicePortRoute]) {
        let before = Dictionary(uniqueKeysWithValues: old.map { ($0.key, $0) })
        let after = Dictionary(uniqueKeysWithValues: new.map { ($0.key, $0) })
        let keys = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }
        self.init(entries: keys.sorted().map { Entry(key: $0, old: before[$0], new: after[$0]) })
    }
}
