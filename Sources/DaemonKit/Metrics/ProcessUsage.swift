import Glibc

/// The kernel's accounting of this process, for the metrics `process_*` with the names of Prometheus' client libraries.
package struct ProcessUsage: Sendable, Hashable {
    /// User and system time, in seconds.
    package var processorTime = 0.0
    package var virtualBytes: UInt64 = 0
    package var residentBytes: UInt64 = 0
    /// Seconds since 1970.
    package var startTime = 0.0
    package var openFiles = 0
    /// `UInt64.max` for no limit, as for virtual memory.
    package var maximumFiles: UInt64 = 0
    package var maximumVirtualBytes: UInt64 = 0
    /// Of all processes in the network namespace; the kernel counts no other.
    package var receivedBytes: UInt64 = 0
    package var sentBytes: UInt64 = 0

    /// The current usage, from files below `root`/proc. Unreadable values are 0. Blocks for a moment.
    package init(root: String = "") {
        readStatus(root + "/proc/self/stat", boot: Self.bootTime(root + "/proc/stat"))
        readNetwork(root + "/proc/self/net/netstat")
        openFiles = Self.count(of: root + "/proc/self/fd")
        maximumFiles = Self.limit(RLIMIT_NOFILE)
        maximumVirtualBytes = Self.limit(RLIMIT_AS)
    }

    /// Fields of proc_pid_stat(5), counted after the name, which may contain blanks.
    private mutating func readStatus(_ path: String, boot: Double) {
        let text = Self.text(of: path)
        guard let end = text.lastIndex(of: ")") else { return }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 21 else { return }
        let ticks = Double(max(sysconf(Int32(_SC_CLK_TCK)), 1))
        processorTime = ((Double(fields[11]) ?? 0) + (Double(fields[12]) ?? 0)) / ticks
        startTime = boot + (Double(fields[19]) ?? 0) / ticks
        virtualBytes = UInt64(fields[20]) ?? 0
        residentBytes = (UInt64(fields[21]) ?? 0) * UInt64(max(sysconf(Int32(_SC_PAGESIZE)), 1))
    }

    /// The pair of lines `IpExt:`: names, then values.
    private mutating func readNetwork(_ path: String) {
        let lines = Self.text(of: path).split(separator: "\n").filter { $0.hasPrefix("IpExt:") }
        guard lines.count == 2 else { return }
        let values = Dictionary(
            zip(lines[0].split(separator: " "), lines[1].split(separator: " ")), uniquingKeysWith: { first, _ in first }
        )
        receivedBytes = values["InOctets"].flatMap { UInt64($0) } ?? 0
        sentBytes = values["OutOctets"].flatMap { UInt64($0) } ?? 0
    }

    private static func bootTime(_ path: String) -> Double {
        let line = text(of: path).split(separator: "\n").first { $0.hasPrefix("btime ") }
        return line.flatMap { Double($0.dropFirst("btime ".count)) } ?? 0
    }

    private static func limit(_ resource: __rlimit_resource) -> UInt64 {
        var limit = rlimit()
        return getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0 ? UInt64(limit.rlim_cur) : 0
    }

    private static func count(of folder: String) -> Int {
        guard let handle = opendir(folder) else { return 0 }
        defer { closedir(handle) }
        var count = 0
        while let entry = readdir(handle) { if entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { count += 1 } }
        // One of them is ours.
        return max(count - 1, 0)
    }

    private static func text(of path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 16 << 10)
        while case let count = read(descriptor, &part, part.count), count > 0 { bytes += part[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension ProcessUsage {
    /// Writes the metrics `process_*`.
    package func write(to text: inout PrometheusText) {
        text.family("process_cpu_seconds_total", type: "counter", help: "User and system time, in seconds")
        text.sample("process_cpu_seconds_total", [:], "\(processorTime)")
        for (name, type, help, value) in [
            ("process_max_fds", "gauge", "Largest number of open files", maximumFiles),
            (
                "process_network_receive_bytes_total", "counter", "Bytes received in the network namespace",
                receivedBytes
            ),
            ("process_network_transmit_bytes_total", "counter", "Bytes sent in the network namespace", sentBytes),
            ("process_open_fds", "gauge", "Open files", UInt64(openFiles)),
            ("process_resident_memory_bytes", "gauge", "Memory in use, in bytes", residentBytes),
            ("process_virtual_memory_bytes", "gauge", "Virtual memory, in bytes", virtualBytes),
            ("process_virtual_memory_max_bytes", "gauge", "Largest virtual memory, in bytes", maximumVirtualBytes),
        ] {
            text.family(name, type: type, help: help)
            text.sample(name, [:], "\(value)")
        }
        text.gauge("process_start_time_seconds", help: "When the process started, in seconds since 1970", startTime)
    }
}
