/// A process of this machine, as /proc shows it.
struct RunningProcess {
    var pid: Int32
    var arguments: [String]

    /// The name of the program, without its folder.
    var program: String { arguments.first?.split(separator: "/").last.map(String.init) ?? "" }

    /// The state in /proc/PID/stat (`R`, `S`, `T` …), and the parent process.
    var status: (state: Character, parent: Int32)? {
        // The name is in parentheses, and may contain any characters.
        guard let text = SystemFile.text("/proc/\(pid)/stat"), let end = text.lastIndex(of: ")") else { return nil }
        let words = text[end...].dropFirst(2).split(separator: " ")
        guard words.count > 1, let state = words[0].first, let parent = Int32(words[1]) else { return nil }
        return (state, parent)
    }

    /// All processes in the network namespace of the calling thread; `nil` if /proc is not readable.
    static func inThisNamespace() -> [RunningProcess]? {
        guard let own = SystemFile.target(of: "/proc/thread-self/ns/net") else { return nil }
        return SystemFile.names(in: "/proc").compactMap { name in
            guard let pid = Int32(name), SystemFile.target(of: "/proc/\(name)/ns/net") == own,
                let line = SystemFile.read("/proc/\(name)/cmdline"), !line.isEmpty
            else { return nil }
            let arguments = line.split(separator: 0, omittingEmptySubsequences: false)
                .map { String(decoding: $0, as: UTF8.self) }
            return RunningProcess(pid: pid, arguments: arguments.last == "" ? arguments.dropLast() : arguments)
        }
    }
}
