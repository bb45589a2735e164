import CLinux
import Netlink

/// The bytes of an integer in host order.
func host<Number: FixedWidthInteger>(_ value: Number) -> [UInt8] {
    withUnsafeBytes(of: value) { [UInt8]($0) }
}

/// `struct nlmsghdr` and a payload, as the kernel sends them.
func message(
    _ type: Int32, sequence: UInt32, flags: Int32 = 0, _ payload: [UInt8] = []
) -> [UInt8] {
    var bytes = host(UInt32(16 + payload.count)) + host(UInt16(type)) + host(UInt16(flags))
    bytes += host(sequence) + host(UInt32(4711)) + payload
    return bytes + [UInt8](repeating: 0, count: (4 - bytes.count & 3) & 3)
}

/// `struct nlattr` and a payload, padded.
func attribute(_ type: UInt32, _ payload: [UInt8]) -> [UInt8] {
    let bytes = host(UInt16(4 + payload.count)) + host(UInt16(type)) + payload
    return bytes + [UInt8](repeating: 0, count: (4 - bytes.count & 3) & 3)
}

/// An acknowledgement: `struct nlmsgerr` with errno 0.
func acknowledgement(_ sequence: UInt32) -> [UInt8] { refusal(sequence, 0) }

/// `struct nlmsgerr` with a short echo of the request, as with NETLINK_CAP_ACK, and the kernel's text.
func refusal(_ sequence: UInt32, _ errno: Int32, text: String? = nil, offset: UInt32? = nil) -> [UInt8] {
    var payload = host(-errno) + host(UInt32(20)) + host(UInt16(0)) + host(UInt16(0)) + host(sequence) + host(UInt32(0))
    var flags = NLM_F_CAPPED
    if let text {
        payload += attribute(NLMSGERR_ATTR_MSG.rawValue, Array(text.utf8) + [0])
        flags |= NLM_F_ACK_TLVS
    }
    if let offset {
        payload += attribute(NLMSGERR_ATTR_OFFS.rawValue, host(offset))
        flags |= NLM_F_ACK_TLVS
    }
    return message(NLMSG_ERROR, sequence: sequence, flags: flags, payload)
}

/// The end of a dump; its payload is an error number, 0 for success.
func done(_ sequence: UInt32, flags: Int32 = NLM_F_MULTI, errno: Int32 = 0) -> [UInt8] {
    message(NLMSG_DONE, sequence: sequence, flags: flags, host(-errno))
}

/// The sequence number in the `struct nlmsghdr` at the start.
func sequence(of message: [UInt8]) -> UInt32 { message.span.bytes.integer(at: 8, as: UInt32.self) }
