import Foundation
import KubernetesTestKit
import Testing

@testable import KubeProxyConfig

@Suite("The table of settings")
struct SettingTests {
    @Test("has every flag of kube-proxy, and three more")
    func flags() throws {
        let recorded = Set(try Fixtures.kubeProxy("flags.txt").split(separator: "\n").map(String.init))
        let here = Set(Setting.all.filter { $0.effect != .windowsOnly }.compactMap(\.flag))
        // Deprecated flags are not in its help.
        #expect(
            here.subtracting(recorded) == [
                "manifests", "userspace-reach", "userspace-drain-timeout", "count-connections", "healthz-port",
                "metrics-port",
            ])
        #expect(recorded.subtracting(here).isEmpty)
    }

    @Test("has no duplicate flag, letter or field")
    func unique() {
        for names in [
            Setting.all.compactMap(\.flag), Setting.all.compactMap(\.field),
            Setting.all.compactMap { $0.letter.map(String.init) },
        ] {
            #expect(names.count == Set(names).count)
        }
    }

    @Test("is printed as the table of docs/kube-proxy.md")
    func documentation() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "docs/kube-proxy.md"), encoding: .utf8)
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("|") }
        let expected = Setting.documentation.split(separator: "\n")
        #expect(expected.filter { !rows.contains($0) } == [], "put these rows into docs/kube-proxy.md")
        #expect(rows.filter { $0.contains("`--") && !expected.contains($0) } == [], "take these rows out")
    }

    @Test("every row is described in one sentence")
    func help() {
        for setting in Setting.all {
            #expect(setting.help.hasSuffix("."), "\(setting.name)")
            #expect(setting.flag != nil || setting.field != nil)
        }
        let help = Setting.help(program: "kube-proxy")
        #expect(help.contains("  -v, --v level\n"))
        #expect(help.contains("--conntrack-min number\n"))
        #expect(help.contains("(default 131072)"))
        #expect(!help.contains("--source-vip"))
    }
}
