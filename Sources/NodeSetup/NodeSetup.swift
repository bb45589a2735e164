/// Applies the node settings that kube-proxy makes besides its rules: limits and timeouts of connection tracking, and
/// the process's OOM score.
///
/// A setting that already has its value is not written, so that an unprivileged process can follow a privileged one
/// (`--init-only`). Calls block.
package struct NodeSetup: Sendable, Hashable {
    /// The outcome of one setting.
    package struct Outcome: Sendable, Hashable {
        package enum Result: Sendable, Hashable {
            /// It already had the value, or a larger one if that suffices.
            case kept
            /// It was written; it had this value before.
            case changed(from: String)
            case failed(NodeSetupError)
        }

        /// As sysctl(8) names it, or the path.
        package var setting: String
        package var value: String
        package var result: Result
    }

    private let root: String

    /// `root` is the prefix of `/proc` and `/sys`.
    package init(root: String = "") { self.root = root }

    /// Sets the limits, in kube-proxy's order. Each is tried, even if earlier ones fail.
    package func apply(_ limits: ConntrackLimits) -> [Outcome] {
        var outcomes: [Outcome] = []
        if let maximum = limits.maximum(cores: cores) {
            let outcome = set("nf_conntrack_max", to: maximum)
            outcomes.append(outcome)
            // The table is shared by all network namespaces; its size follows the limit of the initial one.
            if case .failed = outcome.result {} else { outcomes.append(growTable(for: maximum)) }
        }
        return outcomes + limits.sysctls.map { set($0.name, to: $0.value) }
    }

    /// Sets the OOM score adjustment of the process, -1000 to 1000.
    package func setOOMScore(_ score: Int) -> Outcome {
        set(KernelFile(path: root + "/proc/self/oom_score_adj"), named: "oom_score_adj", to: "\(score)")
    }

    /// The number of online CPUs: `0-3,8` are five. 1 if the kernel does not say.
    var cores: Int {
        do throws(NodeSetupError) {
            let list = try KernelFile(path: root + "/sys/devices/system/cpu/online").read()
            let count = list.split(separator: ",").reduce(0) { count, range in
                let ends = range.split(separator: "-").compactMap { Int($0) }
                guard let first = ends.first, let last = ends.last, last >= first else { return count }
                return count + last - first + 1
            }
            return max(count, 1)
        } catch {
            return 1
        }
    }

    /// Gives the hash table one bucket per four connections, as kube-proxy does, unless it has more.
    private func growTable(for maximum: Int) -> Outcome {
        let file = KernelFile(path: root + "/sys/module/nf_conntrack/parameters/hashsize")
        let buckets = maximum / 4
        do throws(NodeSetupError) {
            if let current = Int(try file.read()), current >= buckets {
                return Outcome(setting: file.path, value: "\(buckets)", result: .kept)
            }
        } catch {
            return Outcome(setting: file.path, value: "\(buckets)", result: .failed(error))
        }
        return set(file, named: file.path, to: "\(buckets)")
    }

    private func set(_ sysctl: String, to value: Int) -> Outcome {
        set(
            KernelFile(path: root + "/proc/sys/net/netfilter/\(sysctl)"), named: "net.netfilter.\(sysctl)",
            to: "\(value)")
    }

    private func set(_ file: KernelFile, named name: String, to value: String) -> Outcome {
        do throws(NodeSetupError) {
            let current = try file.read()
            if current == value { return Outcome(setting: name, value: value, result: .kept) }
            try file.write(value)
            return Outcome(setting: name, value: value, result: .changed(from: current))
        } catch {
            return Outcome(setting: name, value: value, result: .failed(error))
        }
    }
}
