import Foundation
import NIOCore

/// Makes the kernel probe the peer after 30 s of silence and give up after another 30 s: a watch may be silent for
/// minutes, and a node must detect a dead server sooner.
enum DeadPeerDetection {
    /// The options of `tcp(7)`, in seconds and in probes.
    static let options: [(name: CInt, value: Int)] = [(TCP_KEEPIDLE, 30), (TCP_KEEPINTVL, 10), (TCP_KEEPCNT, 3)]

    static func enable(on channel: any Channel) -> EventLoopFuture<Void> {
        options.reduce(channel.setOption(.socketOption(.so_keepalive), value: 1)) { before, option in
            before.flatMap { channel.setOption(.tcpOption(.init(rawValue: option.name)), value: option.value) }
        }
    }
}
