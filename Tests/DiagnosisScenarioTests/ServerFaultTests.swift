import ChildProcesses
import Foundation
import LabKit
import Testing

/// Faults between this node and the API server, and in names.
@Suite("Faults of servers", .serialized)
struct ServerFaultTests {
    private func kubeconfig(_ user: String = "{}") -> String {
        """
        apiVersion: v1
        kind: Config
        clusters: [{name: c, cluster: {server: "https://127.0.0.1:1", insecure-skip-tls-verify: true}}]
        users: [{name: u, user: \(user)}]
        contexts: [{name: x, context: {cluster: c, user: u}}]
        current-context: x

        """
    }

    @Test("an unresponsive API server is named, and nothing is said about what is unknown")
    func unreachable() async throws {
        let lab = try await FaultLab(Shop.manifest, mode: "nftables")
        let folder = try TemporaryFolder()
        try folder.write(kubeconfig(), to: "config")
        let answer = try await lab.explain(["shop/web", "--kubeconfig", folder.url.appending(path: "config").path])
        #expect(answer.faults == ["objects apiUnreachable"], "\(answer.text)")
        #expect(answer.text.contains("https://127.0.0.1:1 refused the connection"), "\(answer.text)")
        // What the kernel holds is not foreign because nobody said what it should hold.
        let check = try await lab.check(["--kubeconfig", folder.url.appending(path: "config").path])
        #expect(check.faults == ["objects apiUnreachable"], "\(check.text)")
        try await lab.proxy?.stop()
    }

    @Test("an expired certificate is named with its date")
    func expired() async throws {
        let lab = try await FaultLab(Shop.manifest, mode: "nftables")
        let folder = try TemporaryFolder()
        let user = "{client-certificate-data: \(Self.certificate), client-key-data: \(Self.key)}"
        try folder.write(kubeconfig(user), to: "config")
        let check = try await lab.check(["--kubeconfig", folder.url.appending(path: "config").path])
        #expect(check.faults.contains("credentials certificateExpired"), "\(check.text)")
        #expect(check.text.contains("the client certificate expired on 2021-01-01T00:00:00Z"), "\(check.text)")
        try await lab.proxy?.stop()
    }

    // MARK: Names

    /// Whether DNS answers, and the contents of a pod's resolv.conf.
    struct NameFault: Sendable, CustomTestStringConvertible {
        var name: String
        var runsDNS = true
        var resolver =
            "nameserver 10.96.0.10\nsearch shop.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\n"
        var question = "web.shop"
        var faults: [String]
        var words: [String]

        var testDescription: String { name }
    }

    static let names = [
        NameFault(name: "everything works", faults: [], words: ["web.shop is completed to web.shop.svc.cluster.local"]),
        NameFault(
            name: "DNS does not answer", runsDNS: false, faults: ["dns dnsSilent"],
            words: ["the DNS server 10.96.0.10:53 does not answer"]),
        NameFault(
            name: "the search path is wrong", resolver: "nameserver 10.96.0.10\nsearch example.com\noptions ndots:5\n",
            faults: ["name searchPath"], words: ["has search example.com", "add svc.cluster.local to the search path"]),
        NameFault(
            name: "ndots is too low",
            resolver: "nameserver 10.96.0.10\nsearch shop.svc.cluster.local svc.cluster.local cluster.local\n",
            faults: ["name ndots"], words: ["with ndots:1, web.shop is asked for as it is"]),
        NameFault(
            name: "an ExternalName that does not resolve", question: "elsewhere.shop",
            faults: ["dns externalNameUnresolved"],
            words: ["the Service stands for db.nowhere.test, and that name does not resolve"]),
    ]

    @Test("the answer names the fault and nothing else", arguments: names)
    func name(_ fault: NameFault) async throws {
        let lab = try await FaultLab(Shop.manifest + Shop.dns + Shop.elsewhere, mode: "nftables")
        let pod = try await lab.cluster.home(of: "10.244.0.8")
        if fault.runsDNS {
            // A server that knows no outside names, and says so.
            try lab.manifests.write("", to: "ignored.txt")
            lab.processes.append(
                try await pod.spawn([
                    try Servicelet.binary(), "dns", "--manifests", lab.manifests.url.path, "--bind-address",
                    "10.244.0.8",
                    "--forward", "127.0.0.1:9",
                ]))
            try await lab.eventually("DNS answers") {
                let dig = try await pod.spawn([
                    "dig", "+short", "+time=1", "+tries=1", "@10.244.0.8", "web.shop.svc.cluster.local",
                ])
                _ = try await dig.exit(within: .patience)
                return dig.output.contains("10.96.0.5")
            }
        }
        let folder = try TemporaryFolder()
        try folder.write(fault.resolver, to: "resolv.conf")
        let answer = try await lab.explain([
            fault.question, "--resolv-conf", folder.url.appending(path: "resolv.conf").path,
        ])
        #expect(answer.faults == fault.faults, "\(fault.name):\n\(answer.text)")
        for word in fault.words { #expect(answer.text.contains(word), "“\(word)” is missing in\n\(answer.text)") }
        try await lab.proxy?.stop()
    }

    // A certificate of 2020 with its key, made for this test.
    private static let certificate =
        "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJKRENCeTZBREFnRUNBZ0VITUFvR0NDcUdTTTQ5QkFNQ01Cd3hHakFZQmdO"
        + "VkJBTU1FWE41YzNSbGJUcHIKZFdKbExYQnliM2g1TUI0WERUSXdNREV3TVRBd01EQXdNRm9YRFRJeE1ERXdNVEF3TURBd01Gb3dI"
        + "REVhTUJnRwpBMVVFQXd3UmMzbHpkR1Z0T210MVltVXRjSEp2ZUhrd1dUQVRCZ2NxaGtqT1BRSUJCZ2dxaGtqT1BRTUJCd05DCkFB"
        + "UThOc0E3WUY4Z1ZqWmt4d1FRcnZDNmlDZjZuUGc0NGpDNkwxZWVHbjkrb0tZWGNTZTIvT3BsRWJ1YnpyY08KVCtUdmRFSS8yY0NW"
        + "bGQ3WEc5NkNFbDZITUFvR0NDcUdTTTQ5QkFNQ0EwZ0FNRVVDSUJKWlhteXRmNktQdCtpdgpqTDFWR3NoMmExLzFiQnNlQjBScEVR"
        + "M3JIT3VWQWlFQTJ3eE1nRFRIWG80aXQrc09UZGRIRU1BZ1lmeXNSMVE5CjFNejduMHhOYWVnPQotLS0tLUVORCBDRVJUSUZJQ0FU"
        + "RS0tLS0tCg=="
    private static let key =
        "LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCk1JR0hBZ0VBTUJNR0J5cUdTTTQ5QWdFR0NDcUdTTTQ5QXdFSEJHMHdhd0lCQVFR"
        + "Z05Rb2t0MldlRk1yb3h3bjcKK2RRdkF6c1JXNGxrdnJTcFk4T1N3cVo1L1Z5aFJBTkNBQVE4TnNBN1lGOGdWalpreHdRUXJ2QzZp"
        + "Q2Y2blBnNAo0akM2TDFlZUduOStvS1lYY1NlMi9PcGxFYnVienJjT1QrVHZkRUkvMmNDVmxkN1hHOTZDRWw2SAotLS0tLUVORCBQ"
        + "UklWQVRFIEtFWS0tLS0tCg=="
}
