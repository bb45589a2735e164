/// A channel to the kernel: ``NetlinkSocket``, or a fake that simulates a misbehaving kernel in tests.
///
/// Both calls may block the calling thread; use them from a thread that may.
package protocol NetlinkTransport: Sendable {
    /// The address the kernel answers to.
    var portID: UInt32 { get }

    /// Makes room for datagrams of `bytes` bytes in one send.
    func reserveSendBuffer(_ bytes: Int)

    /// Sends whole messages in one system call.
    func send(_ messages: [UInt8]) throws(NetlinkError)

    /// Puts the next datagram at the start of `buffer` and returns its length.
    ///
    /// If nothing has arrived, waits if `wait` is true and returns `nil` otherwise.
    func receive(into buffer: inout [UInt8], wait: Bool) throws(NetlinkError) -> Int?
}
