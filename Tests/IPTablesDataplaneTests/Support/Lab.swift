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

    /// Makes the namespace; a hint as kubelet's makes the data plane choose the back end.
    init(_ backend: IPTablesPrograms.Backend, _ configuration: IPTablesConfiguration = .recorded) async throws {
        self.backend = backend
        namespace = try await NetworkNamespace(name: "n1")
        try await namespace.run("iptables-\(backend.rawValue)", "-t", "mangle", "-N", "KUBE-IPTABLES-HINT")
        dataplane = Lab.dataplane(in: namespace, configuration)
    }

    /// Another process on the same node, so to speak.
    func restarted(_ configuration: IPTablesConfiguration = .recorded) -> Lab {
        Lab(namespace: namespace, dataplane: Lab.dataplane(in: namespace, configuration), backend: backend)
    }

    private init(namespace: NetworkNamespace, dataplane: IPTablesDataplane, backend: IPTablesPrograms.Backend) {
        self.namespace = namespace
        self.dataplane = dataplane
        self.backend = backend
    }

    private static func dataplane(
        in namespace: NetworkNamespace, _ configuration: IPTablesConfiguration
    ) -> IPTablesDataplane {
        IPTablesDataplane(
            configuration: configuration, executor: NamespaceExecutor(namespace), repairInterval: .milliseconds(20))
    }

    @discardableResult
    func synchronize(_ routes: [ServicePortRoute]) async throws -> ProgrammingReport {
        try await dataplane.synchronize(routes, nodeAddresses: Self.nodeAddresses)
    }

    /// What the kernel holds, as `iptables-save` prints it, without the hint.
    func listing(_ family: IPFamily = .ipv4) async throws -> RuleListing {
        let name = family == .ipv4 ? "iptables" : "ip6tables"
        let text = try await namespace.run("\(name)-\(backend.rawValue)-save")
        return RuleListing(
            text.split(separator: "\n").filter { !$0.contains("KUBE-IPTABLES-HINT") }.joined(separator: "\n"))
    }

    /// Runs `iptables` of the back end: `iptables("-t nat -F")`.
    func iptables(_ arguments: String) async throws {
        let process = try await namespace.spawn(
            ["iptables-\(backend.rawValue)"] + arguments.split(separator: " ").map(String.init))
        let exit = try await process.exit(within: .seconds(10))
        guard exit == .code(0) else { throw LabError(.command, "iptables \(arguments)", cause: process.errors) }
    }
}

/// Runs an actor's jobs on the thread of a namespace, so that what it programs is programmed there.
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
    /// What leads from some routes to others.
    init(from old: [ServicePortRoute], to new: [ServicePortRoute]) {
        let before = Dictionary(uniqueKeysWithValues: old.map { ($0.key, $0) })
        let after = Dictionary(uniqueKeysWithValues: new.map { ($0.key, $0) })
        let keys = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }
        self.init(entries: keys.sorted().map { Entry(key: $0, old: before[$0], new: after[$0]) })
    }
}
