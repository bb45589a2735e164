import Glibc

/// The two ends of a connection to a child.
struct Pipe {
    let reader: Descriptor
    let writer: Descriptor
}

/// Closes a descriptor once, at the latest with the last reference.
final class Descriptor {
    private(set) var number: Int32

    init(_ number: Int32) { self.number = number }
    deinit { close() }

    func close() {
        guard number >= 0 else { return }
        Glibc.close(number)
        number = -1
    }
}
