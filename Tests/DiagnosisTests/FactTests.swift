import Dataplane
import InternetAddresses
import ServiceRouting
import Testing

@testable import Diagnosis

/// Conclusions from single facts that no lab can produce.
@Suite("Facts")
struct FactTests {
    @Test("a full or nearly full table of connections is a fault, a busy one is not")
    func conntrack() {
        var facts = NodeFacts(nodeName: "n1")
        facts.conntrack.limit = 1000
        for (count, code) in [(1000, FindingCode.conntrackFull), (960, .conntrackNearlyFull)] {
            facts.conntrack.count = count
            #expect(facts.conntrackTableFindings.map(\.code) == [code])
        }
        facts.conntrack.count = 900
        #expect(facts.conntrackTableFindings == [])
        facts.conntrack.count = nil
        #expect(facts.conntrackTableFindings == [])
    }

    @Test("a proxy that reports it is unhealthy, a silent one is stuck, and one with a waiting change is behind")
    func proxy() {
        func codes(_ health: ProxyFacts.Health, pending: Double? = nil) -> [FindingCode] {
            var facts = NodeFacts(nodeName: "n1")
            facts.proxies = [
                ProxyFacts(program: "kube-proxy", pid: 7, mode: "iptables", health: health, secondsPending: pending)
            ]
            return facts.proxyFindings.map(\.code)
        }
        #expect(codes(.answered(status: 200, secondsSinceProgramming: 1)) == [.fine])
        #expect(codes(.answered(status: 503, secondsSinceProgramming: 300)) == [.proxyUnhealthy])
        #expect(codes(.nodeLeaving) == [.fine])
        #expect(codes(.silent) == [.proxySilent])
        #expect(codes(.notServed) == [.fine])
        #expect(codes(.answered(status: 200, secondsSinceProgramming: nil), pending: 3) == [.fine])
        #expect(codes(.answered(status: 200, secondsSinceProgramming: nil), pending: 40) == [.proxyBehind])
    }

    @Test("a strict filter alone is not a fault, nor are packets dropped before")
    func reversePath() {
        var facts = NodeFacts(nodeName: "n1")
        facts.settings = ["net/ipv4/conf/all/rp_filter": "0", "net/ipv4/conf/eth0/rp_filter": "1"]
        facts.reversePathDrops = (during: 0, total: 900)
        #expect(facts.reversePathFindings(isBackendSilent: true) == [])
        facts.reversePathDrops = (during: 2, total: 902)
        #expect(facts.reversePathFindings(isBackendSilent: true).map(\.code) == [.reversePathFilter])
        // Loose on all interfaces takes precedence over strict on one.
        facts.settings["net/ipv4/conf/all/rp_filter"] = "2"
        #expect(facts.reversePathFindings(isBackendSilent: true) == [])
    }

    @Test("the headline and the exit status follow from the worst link that matters")
    func verdicts() {
        func explanation(_ links: [Link]) -> Explanation {
            Explanation(question: "shop/web", service: "shop/web", node: "n1", links: links)
        }
        let ok = Link(.kernel, [.ok("holds 1 frontend as decided")])
        #expect(explanation([ok]).exitStatus == 0)
        let unseen = Link(.selector, [Finding(.unknown, .notSeen, "Pods are not to be seen")])
        #expect(explanation([ok, unseen]).exitStatus == 0)
        let unread = Link(.kernel, [Finding(.unknown, .unreadable, "no permission")])
        #expect(explanation([unread, unseen]).exitStatus == 2)
        #expect(explanation([unread]).headline == "shop/web: cannot tell: no permission")
        let late = Link(.backend, [Finding(.broken, .backendSilent, "it is silent")])
        let early = Link(.slices, [Finding(.broken, .noEndpoints, "there are none")])
        #expect(explanation([late, unread, early]).exitStatus == 1)
        #expect(explanation([late, unread, early]).headline == "shop/web: there are none")
    }

    @Test("text from objects is escaped in pages")
    func html() {
        let hostile = Finding(
            .broken, .noSuchService, "<script>alert(1)</script>", proof: "a & b", remedy: "\"quoted\"")
        let page = Explanation(
            question: "x\"><img>", service: "", node: "<n1>", links: [Link(.service, [hostile])]
        ).html
        #expect(!page.contains("<script>") && !page.contains("<img>") && !page.contains("<n1>"))
        #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && page.contains("a &amp; b"))
    }
}
