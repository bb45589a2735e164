import CLinux
import Glibc

/// One end of a connection between two processes of this mode in a network namespace. Belongs to one thread, which its
/// calls block.
///
/// The name is in the abstract namespace of Unix sockets: like listening sockets, it belongs to the network namespace,
/// and disappears with the process. Only processes of the same user are accepted.
struct ControlSocket: ~Copyable {
    static let name = "servicelet-userspace"
    private static let size = 64 << 10
    /// The maximum text in one message.
    static let textSize = 32 << 10

    private let descriptor: CInt

    /// Takes over a descriptor. `nil` if the other end belongs to another user.
    init?(_ descriptor: CInt, timeout: Int) {
        self.descriptor = descriptor
        var user: UInt32 = 0
        guard CLinux_peer_user(descriptor, &user) == 0, user == geteuid(), wait(atMost: timeout) else { return nil }
    }

    /// Makes sending and receiving fail after this many seconds. False if that is not possible.
    func wait(atMost seconds: Int) -> Bool {
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        let length = socklen_t(MemoryLayout<timeval>.size)
        return setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, length) == 0
            && setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, length) == 0
    }

    /// Connects to the serving process; `nil` if there is none.
    static func connect(timeout: Int) -> ControlSocket? {
        let descriptor = CLinux_abstract_socket(name, false)
        return descriptor < 0 ? nil : ControlSocket(descriptor, timeout: timeout)
    }

    deinit { close(descriptor) }

    /// Sends a message with descriptors, which stay open here. False if it is not received.
    func send(_ text: String, _ descriptors: [CInt] = []) -> Bool {
        let bytes = Array(text.utf8)
        return CLinux_send_descriptors(
            descriptor, bytes, CUnsignedLong(bytes.count), descriptors, CInt(descriptors.count)) == bytes.count
    }

    /// Sends lines in as few messages as possible. False if they are not received.
    func send(lines: some Sequence<String>) -> Bool {
        var text = ""
        for line in lines {
            text += line + "\n"
            if text.utf8.count > Self.textSize {
                guard send(text) else { return false }
                text = ""
            }
        }
        return text.isEmpty || send(text)
    }

    /// Receives a message with descriptors, which the caller owns; `nil` at the end.
    func receive() -> (text: String, descriptors: [CInt])? {
        var bytes = [UInt8](repeating: 0, count: Self.size)
        var descriptors = [CInt](repeating: -1, count: Int(CLinux_MOST_DESCRIPTORS))
        var count: CInt = 0
        let length = CLinux_receive_descriptors(
            descriptor, &bytes, CUnsignedLong(bytes.count), &descriptors, &count)
        let received = Array(descriptors.prefix(Int(count)))
        guard length > 0 else {
            for descriptor in received { close(descriptor) }
            return nil
        }
        return (String(decoding: bytes.prefix(length), as: UTF8.self), received)
    }
}
