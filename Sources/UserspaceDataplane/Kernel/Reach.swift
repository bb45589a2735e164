import Dataplane
import InternetAddresses
import Logging

/// How connections to addresses that the machine does not have reach the proxy. Belongs to one thread,
/// which its calls block.
struct Reach: ~Copyable {
    private var redirection: Redirection?
    private var localAddresses: LocalAddresses?

    /// `choice` is the operator's; throws if it is not available. `nil` means the first available one.
    init(_ choice: UserspaceConfiguration.Reach?, _ logger: Logger) throws(DataplaneError) {
        var reasons: [String] = []
        if choice == nil || choice == .redirect {
            do throws(DataplaneError) {
                redirection = try Redirection()
                return
            } catch {
                guard choice == nil else { throw error }
                reasons.append("\(error)")
            }
        }
        if choice == nil || choice == .loopback {
            do throws(DataplaneError) {
                localAddresses = try LocalAddresses()
                return
            } catch {
                guard choice == nil else { throw error }
                reasons.append("\(error)")
            }
        }
        guard choice == nil else { return }
        logger.warning(
            """
            clusterIPs are served only where the machine has the address: connections to others cannot be led to the \
            proxy: \(reasons.joined(separator: "; "))
            """)
    }

    /// Whether connections arrive at a port other than the frontend's.
    func redirects(_ family: IPFamily) -> Bool { redirection?.serves(family) ?? false }

    /// The addresses of this machine that redirects lead to.
    func redirectTargets() -> [IPFamily: IPAddress] { redirection?.targets() ?? [:] }

    /// Leads connections to a frontend to its listener, at this port if they are redirected. False if
    /// that is not possible.
    mutating func lead(_ plan: ListenerPlan, to port: UInt16?) -> Bool {
        if let port, redirection != nil {
            redirection?.redirect(plan, to: port)
            return true
        }
        guard localAddresses != nil else { return false }
        localAddresses?.add(plan.place)
        return true
    }

    /// Makes connections to a frontend be refused.
    mutating func refuse(_ plan: ListenerPlan) {
        redirection?.refuse(plan)
        // Nothing listens there, so the kernel refuses.
        localAddresses?.add(plan.place)
    }

    mutating func remove(_ plan: ListenerPlan) {
        redirection?.remove(plan)
        localAddresses?.remove(plan.place)
    }

    /// Updates the machine's addresses.
    mutating func follow(_ machine: MachineView) { redirection?.follow(machine) }

    mutating func setServiceNetworks(_ networks: [IPNetwork]) { redirection?.setServiceNetworks(networks) }

    /// Writes the differences; with `everything`, everything.
    mutating func commit(everything: Bool) throws(DataplaneError) -> ProgrammingReport {
        if redirection != nil, let report = try redirection?.commit(everything: everything) { return report }
        if localAddresses != nil, let report = try localAddresses?.commit(everything: everything) { return report }
        return ProgrammingReport()
    }

    /// What others have damaged, in a few words each.
    mutating func damage() throws(DataplaneError) -> [String] {
        if redirection != nil, let damage = try redirection?.damage() { return damage }
        if localAddresses != nil, let damage = try localAddresses?.damage() { return damage }
        return []
    }
}
