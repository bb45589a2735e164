import InternetAddresses
import ServiceRouting

extension Case {
    /// Rules of other programs that are certain to drop packets of the Service.
    func ruleFindings(_ facts: NodeFacts) -> [Finding] {
        var findings: [Finding] = []
        var named: Set<FilterWalk.Culprit> = []
        for passage in passages where passage.destination.isServed {
            // A few represent all: rules for single endpoints are rare.
            for backend in passage.backends.prefix(3) {
                let packets = FilteredPackets(passage, backend, facts)
                for culprit in packets.culprits(in: facts.filters.tables) where named.insert(culprit.what).inserted {
                    findings.append(finding(culprit.what, culprit.isAnswer, passage, backend))
                }
            }
        }
        guard findings.isEmpty else { return findings }
        if !facts.filters.unread.isEmpty {
            return [Finding(.unknown, .unreadable, "could not be read: \(list(facts.filters.unread))")]
        }
        return facts.filters.tables.isEmpty ? [] : [.ok("no rule of another program is seen to drop its packets")]
    }

    private func finding(
        _ culprit: FilterWalk.Culprit, _ isAnswer: Bool, _ passage: Passage, _ backend: Backend
    ) -> Finding {
        let proof = "\(culprit.rule), at the hook \(culprit.hook.rawValue)"
        switch culprit.effect {
        case .drops: break
        case .untracks:
            return Finding(
                .broken, .bypassed,
                "a rule in chain \(culprit.chain) of \(culprit.table) exempts packets to the Service from connection "
                    + "tracking, so that their address is not translated",
                proof: proof, remedy: "except \(passage.place) from that rule")
        case .bypasses:
            return Finding(
                .broken, .bypassed,
                "a rule in chain \(culprit.chain) of \(culprit.table) decides about packets to the Service before the "
                    + "rules of Services do",
                proof: proof,
                remedy: "except \(passage.place) from that rule, or move it behind the jump to KUBE-SERVICES")
        }
        let rule =
            culprit.rule == "policy drop" ? "the policy of chain \(culprit.chain)" : "a rule in chain \(culprit.chain)"
        let what = isAnswer ? "answers of its endpoints" : "packets to its endpoints"
        return Finding(
            .broken, .dropped, "\(rule) of \(culprit.table) drops \(what)",
            proof: proof,
            remedy:
                "let pass what goes to and from pods: \(passage.place) is translated to \(backend) before the hook "
                + "forward"
        )
    }
}

/// The packets of a connection, hook by hook.
struct FilteredPackets {
    private let first: [(hook: FilterHook, isTranslated: Bool, packet: FilterPacket)]
    private let answers: [(hook: FilterHook, packet: FilterPacket)]
    private let family: IPFamily

    /// Where kube-proxy and servicelet translate destinations, `NF_IP_PRI_NAT_DST`.
    private static let translation = -100
    private static let masqueradeMark: UInt32 = 0x4000

    init(_ passage: Passage, _ backend: Backend, _ facts: NodeFacts) {
        family = backend.address.family
        let transport = passage.route.key.name.transport
        let route = facts.ways[backend.address]?.route
        let isDeliveredHere = route?.isLocal == true
        var before = FilterPacket(
            family: family, transport: transport, source: passage.client, destination: passage.frontend.address,
            destinationPort: passage.frontend.port, states: ["NEW"])
        before.isToThisNode = passage.frontend.address.map { facts.machineAddresses.contains($0) } ?? true
        var after = before
        after.destination = backend.address
        after.destinationPort = backend.port
        after.isToThisNode = isDeliveredHere
        after.states = ["NEW", "DNAT"]
        after.mark = passage.isMasqueraded ? Self.masqueradeMark : 0
        after.output = route?.device
        var answer = FilterPacket(
            family: family, transport: transport, source: backend.address,
            destination: passage.isFromNode || !passage.isMasqueraded ? passage.client : nil,
            sourcePort: backend.port, input: route?.device, states: ["ESTABLISHED", "DNAT"])
        answer.isToThisNode = passage.isFromNode
        if passage.isFromNode {
            before.input = nil
            first = [(.output, false, before), (.output, true, after), (.postrouting, true, after)]
            answers = isDeliveredHere ? [] : [(.prerouting, answer), (.input, answer)]
        } else {
            let middle: FilterHook = isDeliveredHere ? .input : .forward
            let way: [(FilterHook, Bool, FilterPacket)] = [
                (.prerouting, false, before), (.prerouting, true, after), (middle, true, after),
            ]
            first = way + (isDeliveredHere ? [] : [(.postrouting, true, after)])
            answers = isDeliveredHere ? [(.output, answer)] : [(.prerouting, answer), (.forward, answer)]
        }
    }

    /// The rules certain to drop one of the packets, in hook order.
    func culprits(in tables: [FilterTable]) -> [(what: FilterWalk.Culprit, isAnswer: Bool)] {
        var found: [(FilterWalk.Culprit, Bool)] = []
        for table in tables where table.family.map({ $0 == family }) ?? true {
            let walk = FilterWalk(table: table)
            for (hook, isTranslated, packet) in first {
                for (name, chain) in walk.chains(at: hook) {
                    if hook == .prerouting || hook == .output,
                        (chain.priority > Self.translation) != isTranslated
                    {
                        continue
                    }
                    let culprit = walk.culprit(of: packet, in: name, chain, at: hook)
                    // At an address of this machine a local process may serve instead, as a DNS cache does.
                    if let culprit, culprit.effect == .drops || packet.isToThisNode != true {
                        found.append((culprit, false))
                    }
                    if !isTranslated, let culprit = walk.bypass(of: packet, in: name, chain, at: hook) {
                        found.append((culprit, false))
                    }
                }
            }
            for (hook, packet) in answers {
                for (name, chain) in walk.chains(at: hook) where !chain.isNAT {
                    // Answers that are not tracked are not translated back, but such rules are written for both ways.
                    if let culprit = walk.culprit(of: packet, in: name, chain, at: hook), culprit.effect == .drops {
                        found.append((culprit, true))
                    }
                }
            }
        }
        // A rule that drops everything is reported once.
        var seen: Set<FilterWalk.Culprit> = []
        return found.filter { !$0.0.chain.hasPrefix("KUBE-") && seen.insert($0.0).inserted }.map {
            (what: $0.0, isAnswer: $0.1)
        }
    }
}
