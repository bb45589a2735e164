import CLinux
import Foundation

/// An unnamed network namespace: it lives as long as this object, and vanishes when the process dies.
///
/// The actor runs on its own thread inside the namespace, so the sockets it opens, the settings it writes and the
/// processes it starts belong to the namespace. Its children are killed when the thread ends. Needs root.
package actor NetworkNamespace {
    /// Its name in error messages: `n1`, `pod-11` …
    package nonisolated let name: String
    nonisolated let thread: EventThread
    /// The source port of the latest client.
    private var lastPort = NetworkNamespace.ports.upperBound

    /// Source ports of clients.
    private static let ports: ClosedRange<UInt16> = 32768...60999

    package nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Creates a namespace with only a loopback, which is down.
    package init(name: String) async throws {
        self.name = name
        thread = try EventThread(name: name)
        try enter()
    }

    deinit { thread.stop() }

    private func enter() throws {
        guard CLinux_unshare_network() == 0 else { throw LabError.system("cannot make the network namespace \(name)") }
    }

    /// A path that leads to the namespace while this object lives, as `ip link … netns` and `nsenter --net=` take it.
    package var path: String {
        get throws {
            // The link says 4711/task/4712: this process, this thread.
            "/proc/\(try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self"))/ns/net"
        }
    }

    /// Writes a setting of the namespace: `set("net/ipv4/ip_forward", to: "1")`.
    package func set(_ setting: String, to value: String) throws {
        // The kernel resolves /proc/sys/net by the namespace of the thread that opens the file: this one.
        let file = try Descriptor(
            open("/proc/sys/" + setting, O_WRONLY | O_CLOEXEC), "cannot open the setting \(setting) in \(name)")
        guard write(file.number, value, value.utf8.count) == value.utf8.count else {
            throw LabError.system("cannot set \(setting) to \(value) in \(name)")
        }
    }

    /// Reads a setting of the namespace, without the newline.
    package func setting(_ setting: String) throws -> String {
        let file = try Descriptor(
            open("/proc/sys/" + setting, O_RDONLY | O_CLOEXEC), "cannot open the setting \(setting) in \(name)")
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = read(file.number, &buffer, buffer.count)
        guard count >= 0 else { throw LabError.system("cannot read the setting \(setting) in \(name)") }
        return String(decoding: buffer.prefix(count), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The source port for the next client: one after another, because connection tracking remembers a connection that
    /// was not translated, and would not translate another from the same port.
    func nextPort() -> UInt16 {
        lastPort = lastPort == Self.ports.upperBound ? Self.ports.lowerBound : lastPort + 1
        return lastPort
    }

    /// Answers every connection to the address with the addresses of server and client: see ``ConnectionOutcome``.
    ///
    /// The address must be one of this namespace's. Serves until the namespace ends.
    package func serve(_ address: SocketAddress, over transport: Transport = .tcp) throws {
        let listener = try Listener(address, transport)
        thread.whenReadable(listener.descriptor) { listener.answer() }
    }
}
