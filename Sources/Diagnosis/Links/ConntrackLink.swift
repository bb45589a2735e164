import Conntrack
import InternetAddresses
import ServiceRouting

extension Case {
    /// UDP flows that the kernel keeps sending to endpoints that no longer serve.
    func conntrackFindings(_ facts: NodeFacts) -> [Finding] {
        guard routes.contains(where: { $0.key.name.transport == .udp }), facts.conntrack.count != nil else { return [] }
        let stale = facts.conntrack.stale.filter { entry in
            passages.contains { passage in
                passage.frontend.port == entry.destinationPort
                    && passage.frontend.address.map { $0 == entry.destination } ?? true
            }
        }
        guard let first = stale.first else { return [.ok("no stale UDP flow")] }
        let client = Backend(address: first.source, port: first.sourcePort)
        let place = Backend(address: first.destination, port: first.destinationPort)
        let end = Backend(address: first.replySource, port: first.replySourcePort)
        return [
            Finding(
                .broken, .staleFlow,
                first.isTranslated
                    ? "a UDP flow of \(client) still goes to \(end), which no longer serves"
                    : "a UDP flow of \(client) goes to \(place) itself, past the Service",
                proof: "\(count(stale.count, "stale entry", "stale entries")) in the table of tracked connections",
                remedy: "conntrack -D -p udp --orig-dst \(place.address) --orig-port-dst \(place.port); "
                    + "a proxy that runs does this by itself")
        ]
    }
}

/// `1 entry`, `2 entries`
func count(_ number: Int, _ one: String, _ several: String) -> String { "\(number) \(number == 1 ? one : several)" }
