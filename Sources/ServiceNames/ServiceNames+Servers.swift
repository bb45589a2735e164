package import DNSMessages
package import InternetAddresses
import KubernetesAPI

extension ServiceNames {
    /// The Service that names this server: one whose endpoint it is, or else the usual Service of DNS servers.
    private func ownService(_ own: [IPAddress]) -> NamedService? {
        for address in own {
            for service in services(at: address) where service.endpoints.contains(where: { $0.ipAddress == address }) {
                return service
            }
        }
        return service(NamespacedName(namespace: "kube-system", name: "kube-dns"))
    }

    private func ownAddresses(_ own: [IPAddress]) -> (service: NamedService?, addresses: [IPAddress]) {
        guard let service = ownService(own) else { return (nil, own) }
        let addresses = service.clusterIPs
        return (service, addresses.isEmpty ? service.endpoints.compactMap(\.ipAddress) : addresses)
    }

    /// `ns.dns`
    private static let nameServerLabels: [UInt8] = [2] + "ns".utf8 + [3] + "dns".utf8

    /// Whether a question with `count` labels before a zone asks for the server's name there: `ns.dns`.
    package static func isNameServer(_ name: NameBuffer, labelCount count: Int) -> Bool {
        count == 2 && name.bytes.starts(with: nameServerLabels)
    }

    /// The NS record of the zone, with addresses.
    func nameServers(own: [IPAddress]) -> PreparedAnswer? {
        let (service, addresses) = ownAddresses(own)
        guard service != nil || !addresses.isEmpty else { return nil }
        let labels = (service?.labels).map { $0 + [3] + "svc".utf8 } ?? Self.nameServerLabels
        var builder = PreparedAnswerBuilder(nameLength: zone.wire.count, zone: zone, ttl: ttl)
        let target = builder.answer(type: .ns, target: labels)
        for address in addresses { builder.additional(target: target, labels: labels, address: address.networkBytes) }
        return builder.finish()
    }

    /// The NS record of a reverse zone: the server's name is below the cluster's own zone.
    package func reverseNameServers(zone reverse: DomainName, own: [IPAddress]) -> PreparedAnswer? {
        guard let service = ownService(own) else { return nil }
        var builder = PreparedAnswerBuilder(nameLength: reverse.wire.count, zone: zone, ttl: ttl)
        builder.answer(type: .ns, data: service.labels + [3] + "svc".utf8 + zone.wire)
        return builder.finish()
    }

    /// The addresses of `ns.dns.<zone>`, which the SOA record of each zone names, also of a reverse zone.
    package func nameServerAddresses(
        type: RecordType, own: [IPAddress], zone reverse: DomainName? = nil
    ) -> PreparedAnswer? {
        let length = (reverse ?? zone).wire.count + Self.nameServerLabels.count
        var builder = PreparedAnswerBuilder(nameLength: length, zone: zone, ttl: ttl)
        for address in ownAddresses(own).addresses where type == (address.family == .ipv4 ? .a : .aaaa) {
            builder.answer(address: address.networkBytes)
        }
        return builder.isEmpty ? nil : builder.finish()
    }
}
