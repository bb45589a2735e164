package import Diagnosis
import Glibc
import InternetAddresses

/// Connects to backends from this node, bypassing the rules for Services, and closes at once.
package enum BackendProbe {
    /// The maximum number of backends probed: a few represent all.
    package static let limit = 16

    /// Probes all concurrently. Blocks until all have answered, or for `timeout`.
    ///
    /// A TCP connection is closed as soon as it is established; over UDP an empty datagram is sent. SCTP is not probed.
    package static func ask(
        _ backends: [BackendKey], timeout: Duration = .milliseconds(600)
    ) -> [BackendKey: BackendAnswer] {
        var answers: [BackendKey: BackendAnswer] = [:]
        var waiting: [(backend: BackendKey, socket: Socket)] = []
        for backend in backends where backend.transport != .sctp {
            let isTCP = backend.transport == .tcp
            let target = SocketAddress(backend.address, port: backend.port)
            guard let socket = Socket(target.family, isTCP ? SOCK_STREAM : SOCK_DGRAM) else {
                answers[backend] = BackendAnswer(.unreachable(systemMessage(errno)))
                continue
            }
            var failure = socket.connect(to: target)
            if !isTCP, failure == 0, send(socket.number, [UInt8](), 0, Int32(MSG_NOSIGNAL)) < 0 { failure = errno }
            if failure == 0 || failure == EINPROGRESS {
                waiting.append((backend, socket))
            } else {
                answers[backend] = BackendAnswer(outcome(failure))
            }
        }
        let start = ContinuousClock.now
        while !waiting.isEmpty {
            var entries = waiting.map { entry in
                pollfd(
                    fd: entry.socket.number, events: Int16(entry.backend.transport == .tcp ? POLLOUT : POLLIN),
                    revents: 0)
            }
            // Over UDP silence is the good answer, so the wait is short.
            let isPatient = waiting.contains { $0.backend.transport == .tcp }
            let rest = (isPatient ? timeout : min(timeout, .milliseconds(100))) - (ContinuousClock.now - start)
            // Answers that have come count, even if this process has not run for a while.
            guard poll(&entries, nfds_t(entries.count), rest > .zero ? rest.milliseconds : 0) > 0 else {
                if rest <= .zero { break }
                continue
            }
            for index in entries.indices.reversed() where entries[index].revents != 0 {
                let (backend, socket) = waiting.remove(at: index)
                let error = socket.pendingError
                answers[backend] = BackendAnswer(error == 0 ? .accepted : outcome(error))
            }
        }
        for (backend, _) in waiting {
            answers[backend] = BackendAnswer(
                backend.transport == .udp ? .sent : .silent(milliseconds: Int(timeout.milliseconds)))
        }
        return answers
    }

    private static func outcome(_ error: Int32) -> BackendAnswer.Outcome {
        error == ECONNREFUSED ? .refused : .unreachable(systemMessage(error))
    }
}
