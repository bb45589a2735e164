import CLinux
import Dataplane
import Glibc
import InternetAddresses
import Netlink
import Routes

/// Makes addresses of Services local to the machine, through routes on the loopback interface. Belongs to one thread,
/// which its calls block.
///
/// The kernel itself refuses ports without a listener.
struct LocalAddresses: ~Copyable {
    /// Identifies our routes (`rtm_protocol`); `ip route show table local proto 115` lists them.
    static let origin: UInt8 = 115

    private var connection: RoutesConnection
    private let loopback: UInt32
    /// The frontends that need each address.
    private var wanted: [IPAddress: Set<InspectedFrontend.Place>] = [:]
    /// The kernel's addresses; `nil` if they must be read.
    private var present: Set<IPAddress>?

    /// Throws with code `permission` without CAP_NET_ADMIN.
    init() throws(DataplaneError) {
        do throws(NetlinkError) {
            var connection = RoutesConnection(try NetlinkSocket(family: NETLINK_ROUTE))
            guard let link = try connection.link(named: "lo") else {
                throw NetlinkError(operation: "find the loopback interface", errno: ENODEV)
            }
            // Deleting a nonexistent route: without the privilege, the error differs.
            var attempt = RouteChanges()
            attempt.remove(LocalRoute(address: IPAddress(ipv4: 0), linkIndex: link.index, origin: Self.origin))
            if let refusal = try connection.send(&attempt)[0], refusal.errno != ESRCH { throw refusal }
            self.connection = connection
            loopback = link.index
        } catch {
            throw DataplaneError(routes: error)
        }
    }

    mutating func add(_ place: InspectedFrontend.Place) {
        guard let address = place.address else { return }
        wanted[address, default: []].insert(place)
    }

    mutating func remove(_ place: InspectedFrontend.Place) {
        guard let address = place.address else { return }
        wanted[address]?.remove(place)
        if wanted[address]?.isEmpty ?? false { wanted[address] = nil }
    }

    /// Writes the differences; with `everything`, compares with the kernel's current state.
    mutating func commit(everything: Bool) throws(DataplaneError) -> ProgrammingReport {
        do throws(NetlinkError) {
            let present: Set<IPAddress>
            if !everything, let known = self.present { present = known } else { present = try read() }
            self.present = nil
            let target = Set(wanted.keys)
            var changes = RouteChanges()
            for address in target.subtracting(present) { changes.add(route(address)) }
            for address in present.subtracting(target) { changes.remove(route(address)) }
            let report = ProgrammingReport(messages: changes.count, bytes: changes.bytes.count)
            for refusal in try connection.send(&changes).values where ![EEXIST, ESRCH].contains(refusal.errno) {
                throw refusal
            }
            self.present = target
            return report
        } catch {
            throw DataplaneError(routes: error)
        }
    }

    /// What others have removed, in a few words each.
    mutating func damage() throws(DataplaneError) -> [String] {
        do throws(NetlinkError) {
            let missing = Set(wanted.keys).subtracting(try read())
            return missing.isEmpty ? [] : ["\(missing.count) local routes"]
        } catch {
            throw DataplaneError(routes: error)
        }
    }

    /// Removes all routes of this mode, if there are any.
    static func cleanUp() throws(DataplaneError) {
        do throws(NetlinkError) {
            var connection = RoutesConnection(try NetlinkSocket(family: NETLINK_ROUTE))
            var changes = RouteChanges()
            for route in try connection.localRoutes(madeBy: origin) { changes.remove(route) }
            for refusal in try connection.send(&changes).values where refusal.errno != ESRCH { throw refusal }
        } catch {
            throw DataplaneError(routes: error)
        }
    }

    private mutating func read() throws(NetlinkError) -> Set<IPAddress> {
        Set(try connection.localRoutes(madeBy: Self.origin).map(\.address))
    }

    private func route(_ address: IPAddress) -> LocalRoute {
        LocalRoute(address: address, linkIndex: loopback, origin: Self.origin)
    }
}

extension DataplaneError {
    fileprivate init(routes error: NetlinkError) {
        switch error.errno {
        case EPERM, EACCES: self.init(.permission, "local routes: \(error)", cause: error)
        default: self.init(error.isTransient ? .transient : .refused, "local routes: \(error)", cause: error)
        }
    }
}
