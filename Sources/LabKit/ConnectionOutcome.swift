/// The outcome of a connection.
package enum ConnectionOutcome: Hashable, Sendable, CustomStringConvertible {
    /// A server answered: where it listens, and the source address that it saw.
    case served(by: SocketAddress, source: String)
    /// Refused at once: a TCP reset, or ICMP port unreachable.
    case refused
    /// Reset after it had been established.
    case reset
    /// No answer in time, or no route: nothing handles the address.
    case noAnswer
    /// The connection was closed without an answer.
    case empty
    /// Another error of the kernel.
    case failed(errno: Int32)

    package var description: String {
        switch self {
        case .served(let server, let source): "served by \(server), which saw \(source)"
        case .refused: "refused"
        case .reset: "reset"
        case .noAnswer: "no answer"
        case .empty: "empty"
        case .failed(let number): "error \(number)"
        }
    }

    /// The server that answered, if one did.
    package var server: SocketAddress? {
        if case .served(let server, _) = self { server } else { nil }
    }
}
