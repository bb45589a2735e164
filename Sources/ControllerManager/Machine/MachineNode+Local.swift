import Foundation
package import MachineController

extension MachineNode {
    /// This machine, under the name `name`.
    package static func local(name: String, version: String) -> MachineNode {
        let uname = LocalMachine.uname()
        let architectures = ["x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "riscv64": "riscv64"]
        return MachineNode(
            name: name, addresses: [AF_INET, AF_INET6].compactMap { LocalMachine.address(family: $0) },
            cpus: ProcessInfo.processInfo.activeProcessorCount, memory: ProcessInfo.processInfo.physicalMemory,
            architecture: architectures[uname.machine] ?? uname.machine, kernel: uname.release,
            system: ProcessInfo.processInfo.operatingSystemVersionString, version: version)
    }
}

/// The kernel's data about this machine.
private enum LocalMachine {
    static func uname() -> (machine: String, release: String) {
        var name = utsname()
        guard Glibc.uname(&name) == 0 else { return ("", "") }
        return (text(name.machine), text(name.release))
    }

    private static func text<Field>(_ field: Field) -> String {
        withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    /// The source address of outgoing connections; `nil` without a route. Nothing is sent.
    static func address(family: Int32) -> String? {
        let descriptor = socket(family, Int32(SOCK_DGRAM.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        // Documentation addresses, which are not in use.
        var hints = addrinfo()
        hints.ai_family = family
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        hints.ai_flags = AI_NUMERICHOST
        var target: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(family == AF_INET ? "192.0.2.1" : "2001:db8::1", "9", &hints, &target) == 0 else {
            return nil
        }
        defer { freeaddrinfo(target) }
        guard let target, connect(descriptor, target.pointee.ai_addr, target.pointee.ai_addrlen) == 0 else {
            return nil
        }
        return name(of: descriptor)
    }

    private static func name(of descriptor: Int32) -> String? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let result = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard getsockname(descriptor, address, &length) == 0 else { return Int32(-1) }
                return getnameinfo(address, length, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
            }
        }
        guard result == 0 else { return nil }
        let address = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // A link-local address is of no use to others.
        return address.contains("%") ? nil : address
    }
}
