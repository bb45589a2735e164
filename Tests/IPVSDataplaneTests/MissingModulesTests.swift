import Dataplane
import Glibc
import IPTables
import Testing

@testable import IPVSDataplane

/// What the operator learns about a kernel that lacks a module, and cannot load it. For schedulers see
/// VirtualMachineTests, for IPVS itself IPVSTests.
@Suite("Missing kernel modules")
struct MissingModulesTests {
    @Test("without dummy interfaces, the module is named and the mode gives up")
    func dummy() {
        let error = #expect(throws: DataplaneError.self) {
            var device = DeviceWriter(LackingKernel(requests: EOPNOTSUPP))
            var report = ProgrammingReport()
            _ = try device.prepare(&report)
        }
        #expect(error?.code == .unsupported)
        #expect(error?.message.contains("run modprobe dummy") == true, "\(String(describing: error))")
    }

    @Test(
        "without sets, or without one of their types, the module is named and the mode gives up",
        arguments: [
            // nfnetlink knows no ipset; ipset knows no such set, and then no such type.
            (LackingKernel(dumps: EINVAL, requests: EINVAL), "run modprobe ip_set"),
            (LackingKernel(dumps: ENOENT, requests: ENOENT), "run modprobe ip_set_"),
        ])
    func sets(kernel: LackingKernel, advice: String) {
        let error = #expect(throws: DataplaneError.self) {
            var sets = SetWriter(kernel)
            var report = ProgrammingReport()
            _ = try sets.prepare(&report)
        }
        #expect(error?.code == .unsupported)
        #expect(error?.message.contains(advice) == true, "\(String(describing: error))")
    }

    @Test(
        "without a match or target that rules use, all modules of the rules are named and the mode gives up",
        arguments: [
            "iptables-restore v1.8.9 (nf_tables): Couldn't load match `ipvs':No such file or directory",
            "Warning: Extension set revision 0 not supported, missing kernel module?",
            "iptables: No chain/target/match by that name.",
        ])
    func matches(output: String) {
        let error = DataplaneError(IPTablesError(program: "iptables-nft-restore", status: 2, output: output))
        #expect(error.code == .unsupported)
        for module in ["xt_set", "xt_ipvs", "xt_mark"] { #expect(error.message.contains(module)) }
    }
}
