import CBenchmark
import Foundation

/// Queries one name until it has an address, or has none.
struct DNSProbe {
    /// The awaited result.
    enum Outcome {
        case address
        /// NXDOMAIN.
        case noName
    }

    private let socket: Descriptor

    /// Queries the server at a port of 127.0.0.1.
    init(port: Int) throws {
        socket = try Descriptor(Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0), "make a socket")
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var timeout = timeval(tv_sec: 0, tv_usec: 2000)
        setsockopt(socket.number, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        let number = socket.number
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw BenchmarkError.system("cannot connect to port \(port)") }
    }

    /// Returns the time of the answer. `pause` between two queries is in microseconds.
    func waitForAnswer(
        to name: String, _ outcome: Outcome = .address, deadline: ContinuousClock.Instant, pause: UInt32
    ) throws -> ContinuousClock.Instant {
        var query: [UInt8] = [0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
        for label in name.split(separator: ".") { query += [UInt8(label.utf8.count)] + label.utf8 }
        query += [0, 0, 1, 0, 1]
        var buffer = [UInt8](repeating: 0, count: 512)
        while ContinuousClock.now < deadline {
            // An answer to an earlier query may arrive late.
            let identifier = UInt16.random(in: .min ... .max)
            (query[0], query[1]) = (UInt8(identifier >> 8), UInt8(identifier & 0xFF))
            _ = send(socket.number, query, query.count, 0)
            let count = recv(socket.number, &buffer, buffer.count, 0)
            if count > 12, buffer[0] == query[0], buffer[1] == query[1] {
                let (code, answers) = (buffer[3] & 15, buffer[7])
                switch outcome {
                case .address where code == 0 && answers > 0: return .now
                case .noName where code == 3: return .now
                default: break
                }
            }
            usleep(pause)
        }
        throw BenchmarkError(code: .program, message: "servicelet dns did not answer in time for \(name)")
    }
}
