import Foundation

/// The resources used by a process, as counted by the kernel (proc(5)).
struct ProcessUsage {
    /// Peak memory (VmHWM), in bytes.
    var peakMemory: Int
    /// Current memory (VmRSS), in bytes.
    var memory: Int
    /// Its private part (RssAnon), in bytes; the rest are pages of programs and libraries.
    var ownMemory: Int
    /// Seconds of processor time, in user and in kernel mode.
    var processorTime: Double

    init(of process: pid_t) throws {
        let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        func bytes(_ field: String) -> Int {
            let line = status.split(separator: "\n").first { $0.hasPrefix(field + ":") } ?? ""
            return line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
                ?? 0
        }
        peakMemory = bytes("VmHWM")
        memory = bytes("VmRSS")
        ownMemory = bytes("RssAnon")
        // After the name in parentheses, utime and stime are the 12th and 13th field.
        let statistics = try String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
        let fields = statistics[(statistics.lastIndex(of: ")") ?? statistics.startIndex)...].split(separator: " ")
        let ticks = fields.dropFirst(12).prefix(2).compactMap { Int($0) }.reduce(0, +)
        processorTime = Double(ticks) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}
