import Glibc
import SystemPackage

extension PrivateFile {
    static func synchronize(_ file: FileDescriptor) throws {
        guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
    }

    static func rename(_ old: String, to new: String) throws {
        guard Glibc.rename(old, new) == 0 else { throw Errno(rawValue: errno) }
    }

    /// Creates a folder that only its owner may enter, unless it exists.
    static func makeFolder(_ path: String) throws {
        guard mkdir(path, 0o700) != 0, errno != EEXIST else { return }
        throw CredentialError("\(path) cannot be made: \(Errno(rawValue: errno))")
    }
}
