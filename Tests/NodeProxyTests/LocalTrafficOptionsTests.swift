import Dataplane
import InternetAddresses
import NodeProxy
import Testing

@Suite("The flags about the node's own pods")
struct LocalTrafficOptionsTests {
    private func traffic(_ change: (inout ProxyOptions) -> Void) throws -> LocalTraffic {
        var options = ProxyOptions()
        change(&options)
        return try options.configuration(machine: "n1").dataplane.localTraffic
    }

    /// The message that a mistake leads to.
    private func complaint(_ change: (inout ProxyOptions) -> Void) -> String {
        do {
            return "no complaint, but \(try traffic(change))"
        } catch {
            return "\(error)"
        }
    }

    @Test("pods are told by network, bridge or interface name")
    func modes() throws {
        #expect(try traffic { $0.detectLocalMode = "ClusterCIDR" } == .unknown)
        let byBridge = try traffic {
            $0.detectLocalMode = "BridgeInterface"
            $0.podBridgeInterface = "cni0"
            $0.clusterCIDR = "10.244.0.0/16"
        }
        #expect(byBridge == .bridge("cni0"))
        let byPrefix = try traffic {
            $0.detectLocalMode = "InterfaceNamePrefix"
            $0.podInterfaceNamePrefix = "veth"
        }
        #expect(byPrefix == .interfacePrefix("veth"))
    }

    @Test("a mode without the name that it needs is refused, naming both flags")
    func missingName() {
        #expect(
            complaint { $0.detectLocalMode = "BridgeInterface" }
                .hasPrefix("--detect-local-mode BridgeInterface needs --pod-bridge-interface"))
        #expect(
            complaint { $0.detectLocalMode = "InterfaceNamePrefix" }
                .hasPrefix("--detect-local-mode InterfaceNamePrefix needs --pod-interface-name-prefix"))
    }

    @Test("a name that the mode does not look at is refused, naming both flags")
    func uselessName() {
        #expect(
            complaint { $0.podBridgeInterface = "cni0" }
                .hasPrefix("--pod-bridge-interface means nothing in --detect-local-mode ClusterCIDR"))
        let prefix = complaint {
            $0.detectLocalMode = "BridgeInterface"
            $0.podBridgeInterface = "cni0"
            $0.podInterfaceNamePrefix = "veth"
        }
        #expect(prefix.hasPrefix("--pod-interface-name-prefix means nothing in --detect-local-mode BridgeInterface"))
    }

    @Test("a mode that is not here yet is refused with what to do, an unknown one with the choices")
    func otherModes() {
        #expect(
            complaint { $0.detectLocalMode = "NodeCIDR" }.contains(
                "NodeCIDR is not supported; use ClusterCIDR, with this node's pod CIDRs"))
        #expect(
            complaint { $0.detectLocalMode = "bridge" }.contains(
                "there is no mode “bridge”; use one of ClusterCIDR, BridgeInterface, InterfaceNamePrefix"))
    }

    @Test(
        "what cannot be in an interface's name is refused",
        arguments: ["a-name-of-sixteen", "br 0", "veth+", "veth*", "a/b", "a\"", "ü", "a\nb"])
    func names(name: String) {
        let complaint = complaint {
            $0.detectLocalMode = "BridgeInterface"
            $0.podBridgeInterface = name
        }
        #expect(complaint.hasPrefix("--pod-bridge-interface: “\(name)” cannot be in the name of an interface"))
    }
}
