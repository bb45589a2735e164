import CLinux
import Glibc

/// Families of generic netlink: subsystems that the kernel numbers when their modules are loaded.
package enum GenericNetlink {
    /// The message type of the family with this name, as `genl ctrl get name IPVS` prints it.
    ///
    /// The kernel loads the family's module on demand if it can. Throws ENOENT, naming the module to load, if there is
    /// no such family. `connection` is one of `NETLINK_GENERIC`.
    package static func family(
        _ name: String, module: String, over connection: inout NetlinkConnection
    ) throws(NetlinkError) -> UInt16 {
        var identifier: UInt16?
        let sequence = connection.nextSequence()
        do throws(NetlinkError) {
            try connection.request(request(name, sequence), sequence: sequence) { (_, payload) throws(NetlinkError) in
                guard payload.byteCount >= headerSize else { throw .malformed("generic netlink header") }
                try AttributeReader.forEach(in: payload.extracting(headerSize..<payload.byteCount)) { type, value in
                    if type == UInt32(CTRL_ATTR_FAMILY_ID) { identifier = value.integer(as: UInt16.self) }
                }
            }
        } catch {
            guard error.errno == ENOENT else { throw error }
            throw NetlinkError(
                operation: "find the generic netlink family \(name)", errno: ENOENT,
                kernelMessage: "the kernel module \(module) is not loaded; run modprobe \(module)")
        }
        guard let identifier else { throw .malformed("answer about the family \(name)") }
        return identifier
    }

    /// The size of `struct genlmsghdr`.
    package static let headerSize = MemoryLayout<genlmsghdr>.size

    static func request(_ name: String, _ sequence: UInt32) -> [UInt8] {
        var writer = MessageWriter()
        // GENL_ID_CTRL is NLMSG_MIN_TYPE.
        writer.message(
            type: UInt16(NLMSG_MIN_TYPE), flags: UInt16(NLM_F_REQUEST | NLM_F_ACK), sequence: sequence
        ) { writer in
            writer.genericHeader(command: UInt8(CTRL_CMD_GETFAMILY), version: 1)
            writer.attribute(UInt32(CTRL_ATTR_FAMILY_NAME), string: name)
        }
        return writer.bytes
    }
}

extension MessageWriter {
    /// `struct genlmsghdr`
    package mutating func genericHeader(command: UInt8, version: UInt8) {
        append(contentsOf: [command, version, 0, 0])
    }
}
