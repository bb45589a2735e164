import CLinux
import Dataplane
import Glibc
import InternetAddresses
import Netlink
import Routes

/// The addresses of Services that are made local ones of the machine, through routes on the loopback interface. Belongs
/// to one thread, which its calls block.
///
/// What nobody listens for there, the kernel refuses by itself.
struct LocalAddresses: ~Copyable {
    /// Tells our routes from others' (`rtm_protocol`); `ip route show table local proto 115` lists them.
    static let origin: UInt8 = 115

    private var connection: RoutesConnection
    private let loopback: UInt32
    /// The frontends that need each address.
    private var wanted: [IPAddress: Set<InspectedFrontend.Place>] = [:]
    /// What the kernel has; `nil` where that is to be read.
    private var present: Set<IPAddress>?

    /// Throws with code `permission` without CAP_NET_ADMIN.
    init() throws(DataplaneError) {
        do throws(NetlinkError) {
            var connection = RoutesConnection(try NetlinkSocket(family: NETLINK_ROUTE))
            guard let link = try connection.link(named: "lo") else {
                throw NetlinkError(operation: "find the loopback interface", errno: ENODEV)
            }
            // A route that does not exist: only who may change routes is told that.
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

    /// Adds and removes what is different; `everything`, whatever the kernel has now.
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

    /// What others have removed, in a few words.
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
