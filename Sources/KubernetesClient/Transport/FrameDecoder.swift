import KubernetesAPI
import NIOCore

/// Splits the body of a watch into events, regardless of network packets.
///
/// In JSON each event is one line. In protobuf a four-byte big-endian length precedes each event. An event larger than
/// `limit` is an error: etcd holds no object of more than a few MiB.
struct FrameDecoder: Sendable {
    struct FrameTooLarge: Error, Sendable, Hashable {
        var limit: Int
    }

    static let standardLimit = 16 << 20

    private let format: WireFormat
    private let limit: Int
    private var buffer = ByteBuffer()
    /// The number of readable bytes already searched for a newline.
    private var scanned = 0

    init(format: WireFormat, limit: Int = standardLimit) {
        self.format = format
        self.limit = limit
    }

    /// Whether no bytes of an incomplete event are left.
    var isEmpty: Bool { buffer.readableBytes == 0 }

    mutating func append(_ bytes: ByteBuffer) {
        if buffer.readableBytes == 0 {
            buffer = bytes
        } else {
            buffer.discardReadBytes()
            buffer.writeImmutableBuffer(bytes)
        }
    }

    /// The next event, or `nil` until more bytes arrive.
    mutating func next() throws(FrameTooLarge) -> [UInt8]? {
        switch format {
        case .json: try nextLine()
        case .protobuf: try nextMessage()
        }
    }

    private mutating func nextLine() throws(FrameTooLarge) -> [UInt8]? {
        while true {
            let unread = buffer.readableBytesView.dropFirst(scanned)
            guard let end = unread.firstIndex(of: UInt8(ascii: "\n")) else {
                scanned = buffer.readableBytes
                guard scanned <= limit else { throw FrameTooLarge(limit: limit) }
                return nil
            }
            let length = end - buffer.readerIndex
            scanned = 0
            guard length <= limit else { throw FrameTooLarge(limit: limit) }
            let line = buffer.readBytes(length: length) ?? []
            buffer.moveReaderIndex(forwardBy: 1)
            if !line.isEmpty { return line }
        }
    }

    private mutating func nextMessage() throws(FrameTooLarge) -> [UInt8]? {
        guard let length = buffer.getInteger(at: buffer.readerIndex, as: UInt32.self) else { return nil }
        guard length <= limit else { throw FrameTooLarge(limit: limit) }
        guard buffer.readableBytes >= 4 + Int(length) else { return nil }
        buffer.moveReaderIndex(forwardBy: 4)
        return buffer.readBytes(length: Int(length))
    }
}
