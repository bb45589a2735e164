import CLinux
import Glibc
import Netlink

/// Numbers from 4096 up are ipset's own, for which the C library has no text.
extension NetlinkError {
    /// The set is full.
    package var isSetFull: Bool { errno == Int32(IPSET_ERR_HASH_FULL) }
    /// Rules refer to the set.
    package var isSetInUse: Bool {
        errno == Int32(IPSET_ERR_BUSY.rawValue) || errno == Int32(IPSET_ERR_REFERENCED.rawValue)
    }

    /// The error with text for ipset's own numbers, and with the module to load if the kernel has no ipset.
    var asSetError: NetlinkError {
        var error = self
        switch errno {
        case Int32(IPSET_ERR_PROTOCOL.rawValue): error.kernelMessage = "the message breaks ipset's protocol"
        case Int32(IPSET_ERR_FIND_TYPE.rawValue): error.kernelMessage = "the kernel lacks this type of sets"
        case Int32(IPSET_ERR_MAX_SETS.rawValue): error.kernelMessage = "there are too many sets"
        case Int32(IPSET_ERR_BUSY.rawValue), Int32(IPSET_ERR_REFERENCED.rawValue):
            error.kernelMessage = "rules or other sets refer to the set"
        case Int32(IPSET_ERR_EXIST_SETNAME2.rawValue): error.kernelMessage = "a set has the new name"
        case Int32(IPSET_ERR_TYPE_MISMATCH.rawValue): error.kernelMessage = "the sets have different types"
        case Int32(IPSET_ERR_INVALID_CIDR.rawValue):
            error.kernelMessage = "the network has a prefix that sets cannot hold"
        case Int32(IPSET_ERR_HASH_FULL): error.kernelMessage = "the set is full"
        case EINVAL where kernelMessage.isEmpty:
            error.kernelMessage = "the kernel may have no ipset; run modprobe ip_set"
        default: break
        }
        return error
    }

    /// The same for a request for this kind of set.
    func asSetError(missing kind: SetKind) -> NetlinkError {
        guard errno == ENOENT || errno == EEXIST || errno == Int32(IPSET_ERR_FIND_TYPE.rawValue) else {
            return asSetError
        }
        return NetlinkError(
            operation: "find the set type \(kind.rawValue)", errno: ENOENT,
            kernelMessage: "the kernel module \(kind.module) is not loaded; run modprobe \(kind.module)")
    }
}
