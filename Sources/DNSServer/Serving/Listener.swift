import BlockingThreads
import InternetAddresses
import Logging
import ServiceNames

/// An address and port at which queries arrive.
struct ListenerAddress: Sendable, Hashable, CustomStringConvertible {
    /// `nil` for all addresses.
    var address: IPAddress?
    var port: UInt16

    var description: String { "\(address.map { "\($0)" } ?? "*") port \(port)" }
}

/// Serves one address and port, over UDP from several threads and over TCP, until the task is cancelled.
struct Listener: Sendable {
    let address: ListenerAddress
    let servers: Published<[ActiveServer]>
    let names: Published<ServiceNames?>
    let lane: SlowLane
    let unserved: ServerMetrics
    /// The number of threads that receive datagrams.
    let threads: Int

    /// `onListening` is called once queries are accepted. Throws if the address cannot be used.
    func run(onListening: @Sendable () -> Void) async throws {
        let (servers, names) = (servers, names)
        // TCP first, because it detects an address in use: a datagram socket would share it.
        let streams = try await StreamListener(
            address: address.address, port: address.port, lane: lane, unserved: unserved
        ) { QueryProcessor(servers: servers, names: names, transport: .tcp) }
        do {
            var sockets: [DatagramSocket] = []
            for _ in 0..<threads { sockets.append(try DatagramSocket(address: address.address, port: address.port)) }
            onListening()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (index, socket) in sockets.enumerated() {
                    group.addTask { try await receive(from: socket, part: index) }
                }
                while try await group.next() != nil {}
            }
            await streams.close()
        } catch {
            await streams.close()
            throw error
        }
    }

    private func receive(from socket: DatagramSocket, part: Int) async throws {
        let processor = QueryProcessor(servers: servers, names: names, transport: .udp)
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                do throws(ThreadError) {
                    try OwnedThread.start(name: "dns-\(part)") {
                        var worker = DatagramWorker(
                            socket: socket, processor: processor, lane: lane, unserved: unserved, part: part)
                        continuation.resume(with: Result { try worker.run() })
                    }
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        } onCancel: {
            socket.shutDown()
        }
    }
}
