package import Dataplane
import KubeProxyConfig
package import Logging
package import ServiceRouting

/// One way of programming the kernel: everything that the rest of the program knows about a mode.
///
/// A new mode is a value of this type in its own file, and an entry in ``all``.
package struct ProxyMode: Sendable {
    /// As `--proxy-mode` takes it.
    package let name: String
    /// Whether node ports are open on every address by default; otherwise they are on the Node's primary addresses.
    package let opensEveryAddress: Bool
    /// Whether one rule can match every address of the machine, including later ones.
    package let matchesAnyAddress: Bool
    /// The shortest interval between two programmings. Changes in between are programmed together.
    package let minimumInterval: Duration
    /// Opens the connection to the kernel.
    package let makeDataplane: @Sendable (ProxyConfiguration, Logger) async throws(DataplaneError) -> any Dataplane
    /// Applies the kernel settings that the mode needs (`--init-only`). Blocks for a moment.
    package let prepareNode: @Sendable (ProxyConfiguration) throws(DataplaneError) -> Void
    /// Removes exactly what the mode, or kube-proxy in it, has programmed.
    package let cleanUp: @Sendable (Logger) async throws(DataplaneError) -> Void
    /// Removes what this mode, or kube-proxy in it, would leave behind while the given mode is in force.
    package let removeLeftovers: @Sendable (_ current: ProxyMode, Logger) async throws(DataplaneError) -> Void
    /// Reads back what the mode, or kube-proxy in it, has programmed.
    package let inspect: @Sendable () async throws(DataplaneError) -> [InspectedFrontend]
    /// Compares what the mode, or kube-proxy in it, has programmed with a snapshot, as far as the scope says; without a
    /// configuration, rules that depend on it are not compared. Changes nothing.
    package let audit: Audit

    package typealias Audit =
        @Sendable (RoutingSnapshot, AuditScope, ProxyConfiguration?, Logger) async throws(DataplaneError) -> KernelAudit

    /// All modes, the default first. Rules of a mode may lead to those of a mode before it, never the other way round.
    package static let all: [ProxyMode] = [.nftables, .iptables, .ipvs, .userspace]

    /// The mode with the name in `--proxy-mode` or the field `mode`.
    init(_ settings: KubeProxyConfiguration) throws(ProxyError) {
        guard let mode = Self.all.first(where: { $0.name == settings.mode }) else {
            throw ProxyError(settings, field: "mode", "is “\(settings.mode)”; \(Self.choices)")
        }
        self = mode
    }

    package init(
        name: String, opensEveryAddress: Bool, matchesAnyAddress: Bool = false, minimumInterval: Duration = .zero,
        makeDataplane: @escaping @Sendable (ProxyConfiguration, Logger) async throws(DataplaneError) -> any Dataplane,
        prepareNode: @escaping @Sendable (ProxyConfiguration) throws(DataplaneError) -> Void = { _ in },
        cleanUp: @escaping @Sendable (Logger) async throws(DataplaneError) -> Void,
        removeLeftovers: @escaping @Sendable (ProxyMode, Logger) async throws(DataplaneError) -> Void,
        inspect: @escaping @Sendable () async throws(DataplaneError) -> [InspectedFrontend],
        audit: @escaping Audit = Self.cannotAudit
    ) {
        self.name = name
        self.opensEveryAddress = opensEveryAddress
        self.matchesAnyAddress = matchesAnyAddress
        self.minimumInterval = minimumInterval
        self.makeDataplane = makeDataplane
        self.prepareNode = prepareNode
        self.cleanUp = cleanUp
        self.removeLeftovers = removeLeftovers
        self.inspect = inspect
        self.audit = audit
    }

    /// For a mode that reads nothing back.
    package static let cannotAudit: Audit = { (_, _, _, _) throws(DataplaneError) in
        throw DataplaneError(.unsupported, "this mode cannot be compared with what it should hold")
    }

    private static var choices: String {
        let names = all.map(\.name)
        return "use \(names.dropLast().joined(separator: ", ")) or \(names.suffix(1).joined())"
    }
}

extension ProxyMode: Hashable, CustomStringConvertible {
    package static func == (lhs: ProxyMode, rhs: ProxyMode) -> Bool { lhs.name == rhs.name }

    package func hash(into hasher: inout Hasher) { hasher.combine(name) }

    package var description: String { name }
}
