import Dataplane
import Glibc
import InternetAddresses
import Netlink
import Routes

/// Maintains the interface with the addresses of Services, so that the kernel accepts packets to them as local and
/// passes them to IPVS. Blocks; belongs to one thread.
struct DeviceWriter: ~Copyable {
    /// kube-proxy's name for it.
    static let name = "kube-ipvs0"

    private var connection: RoutesConnection
    /// The index of the interface, once it exists.
    private(set) var index: UInt32?

    init(_ transport: any NetlinkTransport) {
        connection = RoutesConnection(transport)
    }

    /// Creates the interface unless it exists. Returns its addresses, and those of the others.
    mutating func prepare(
        _ report: inout ProgrammingReport
    ) throws(DataplaneError) -> (own: Set<IPAddress>, others: Set<IPAddress>) {
        do throws(NetlinkError) {
            if try connection.link(named: Self.name) == nil {
                var changes = RouteChanges()
                changes.addDummy(named: Self.name)
                let refusal = try connection.send(&changes)[0]
                report.messages += changes.count
                report.bytes += changes.bytes.count
                if let refusal, refusal.errno == EOPNOTSUPP {
                    throw NetlinkError(
                        operation: "add the interface \(Self.name)", errno: EOPNOTSUPP,
                        kernelMessage: "the kernel module dummy is not loaded; run modprobe dummy")
                }
                if let refusal, refusal.errno != EEXIST { throw refusal }
            }
            let link = try connection.link(named: Self.name)
            guard let link, link.kind == "dummy" else {
                throw NetlinkError(
                    operation: "use the interface \(Self.name)", errno: EEXIST,
                    kernelMessage: "it is not a dummy interface; remove it with ip link delete \(Self.name)")
            }
            index = link.index
            var own: Set<IPAddress> = []
            var others: Set<IPAddress> = []
            for address in try connection.addresses() {
                if address.linkIndex == link.index {
                    // The kernel gives every interface a link-local address when it comes up; ours never does.
                    if !address.address.isLinkLocal { own.insert(address.address) }
                } else {
                    others.insert(address.address)
                }
            }
            return (own, others)
        } catch {
            throw DataplaneError(error, "the mode ipvs needs an interface for the addresses of Services")
        }
    }

    /// Binds and releases addresses; it is harmless if they already are. Returns those that the kernel refuses.
    mutating func write(
        add new: some Sequence<IPAddress>, remove stale: some Sequence<IPAddress> = EmptyCollection<IPAddress>(),
        _ report: inout ProgrammingReport
    ) throws(DataplaneError) -> [IPAddress: NetlinkError] {
        guard let index else { return [:] }
        var changes = RouteChanges()
        var addresses: [IPAddress] = []
        for address in stale {
            changes.remove(.host(address, on: index))
            addresses.append(address)
        }
        for address in new {
            changes.add(.host(address, on: index))
            addresses.append(address)
        }
        guard !addresses.isEmpty else { return [:] }
        let refusals: [Int: NetlinkError]
        do throws(NetlinkError) { refusals = try connection.send(&changes) } catch {
            throw DataplaneError(error, "cannot write the addresses of \(Self.name)")
        }
        report.messages += changes.count
        report.bytes += changes.bytes.count
        var refused: [IPAddress: NetlinkError] = [:]
        for (index, error) in refusals {
            if error.errno == ENODEV {
                throw DataplaneError(.transient, "the interface \(Self.name) has gone", cause: error)
            }
            if error.errno != EEXIST, error.errno != EADDRNOTAVAIL { refused[addresses[index]] = error }
        }
        return refused
    }
}

extension InterfaceAddress {
    fileprivate static func host(_ address: IPAddress, on index: UInt32) -> InterfaceAddress {
        InterfaceAddress(address: address, prefixLength: UInt8(address.family.addressBits), linkIndex: index)
    }
}
