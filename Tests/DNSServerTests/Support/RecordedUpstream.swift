import DNSMessages
import Foundation
import InternetAddresses
import NIOCore
import NIOPosix
import NIOSSL

/// The upstream resolver of the recordings, over UDP and TCP on a port of 127.0.0.1; or over TLS and UDP.
struct RecordedUpstream: Sendable {
    private struct Entry: Decodable {
        var name: String
        var type: String
        var `class`: String?
        var rcode: String
        var flags: [String]
        var answer: [String]
        var authority: [String]
        var additional: [String]
    }

    let port: UInt16
    private let channels: [any Channel]

    /// With `tls`, streams are encrypted.
    init(tls: NIOSSLContext? = nil) async throws {
        let entries = try JSONDecoder().decode([Entry].self, from: Data(contentsOf: Recording.file("upstream")))
        var table: [Question: Response] = [:]
        for entry in entries where entry.class == nil {
            guard let name = DomainName(entry.name), let type = RecordType(entry.type) else { continue }
            table[Question(name: name.lowercased, type: type)] = Response(
                code: Self.code(entry.rcode), flags: entry.flags.contains("aa") ? .authoritative : [],
                answer: try entry.answer.map(Self.record), authority: try entry.authority.map(Self.record),
                additional: try entry.additional.map(Self.record))
        }
        let root = try Self.record(
            ". 86400 IN SOA a.root.invalid. hostmaster.root.invalid. 2024010100 1800 900 604800 3600")
        let missing = Response(code: .nameError, flags: .authoritative, authority: [root])
        let answers = table
        let answer: @Sendable ([UInt8], Bool) -> [UInt8]? = { message, isStream in
            var query = Query()
            var buffer = NameBuffer()
            guard QueryReader.read(message.span, into: &query, name: &buffer) == .answer else { return nil }
            let name = DomainName(trusted: Array(message[12..<(12 + query.nameLength)]))
            let question = Question(name: name, type: query.type, recordClass: query.recordClass)
            let response = answers[Question(name: name.lowercased, type: query.type)] ?? missing
            let kept = query.flags.intersection([.recursionDesired, .checkingDisabled])
            return MessageWriter.message(
                response, to: question, identifier: query.identifier,
                flags: kept.union(.response).union(response.flags), limit: isStream ? 65535 : query.datagramLimit,
                edns: query.edns)
        }
        let (stream, datagrams) = try await Self.bind(tls, answer)
        port = UInt16(stream.localAddress?.port ?? 0)
        channels = [stream, datagrams]
    }

    /// Binds to a port over TCP and over UDP. One that is free for the first may be taken for the other.
    private static func bind(
        _ tls: NIOSSLContext?, _ answer: @escaping @Sendable ([UInt8], Bool) -> [UInt8]?
    ) async throws -> (stream: any Channel, datagrams: any Channel) {
        let group = MultiThreadedEventLoopGroup.singleton
        var attempts = 10
        while true {
            let stream = try await ServerBootstrap(group: group).childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    try channel.pipeline.syncOperations.addHandler(StreamAnswers(answer: answer))
                }
            }.bind(host: "127.0.0.1", port: 0).get()
            do {
                let datagrams = try await DatagramBootstrap(group: group).channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(DatagramAnswers(answer: answer))
                    }
                }.bind(host: "127.0.0.1", port: stream.localAddress?.port ?? 0).get()
                return (stream, datagrams)
            } catch {
                try await stream.close()
                attempts -= 1
                guard attempts > 0 else { throw error }
            }
        }
    }

    func close() async throws {
        for channel in channels { try await channel.close().get() }
    }

    private static func code(_ text: String) -> ResponseCode {
        (0..<6).map { ResponseCode(rawValue: $0) }.first { $0.description == text } ?? .serverFailure
    }

    private static func record(_ text: String) throws -> ResourceRecord {
        let parts = text.split(separator: " ", maxSplits: 4).map(String.init)
        guard parts.count == 5, let name = DomainName(parts[0]), let ttl = UInt32(parts[1]),
            let type = RecordType(parts[3])
        else { throw RecordingError(text: "\(text) is no record") }
        let fields = parts[4].split(separator: " ").map(String.init)
        let number = { (index: Int) in UInt16(fields[index]) ?? 0 }
        let name2 = { (index: Int) in DomainName(fields[index])?.wire ?? [] }
        var data: [UInt8] = []
        switch type {
        case .a, .aaaa: data = IPAddress(parts[4])?.networkBytes ?? []
        case .ns, .cname, .ptr: data = name2(0)
        case .mx:
            data.append(number16: number(0))
            data += name2(1)
        case .srv:
            for index in 0..<3 { data.append(number16: number(index)) }
            data += name2(3)
        case .soa:
            data = name2(0) + name2(1)
            for index in 2..<7 { data.append(number32: UInt32(fields[index]) ?? 0) }
        case .txt: data = texts(parts[4])
        default: data = [UInt8](hex: fields.count > 2 ? fields[2] : "")
        }
        return ResourceRecord(name: name, type: type, ttl: ttl, data: data)
    }

    /// Quoted strings, each preceded by its length.
    private static func texts(_ text: String) -> [UInt8] {
        var data: [UInt8] = []
        var current: [UInt8]?
        var isEscaped = false
        for byte in text.utf8 {
            if isEscaped {
                current?.append(byte)
                isEscaped = false
            } else if byte == 0x5C {
                isEscaped = true
            } else if byte == 0x22 {
                if let text = current {
                    data += [UInt8(text.count)] + text
                    current = nil
                } else {
                    current = []
                }
            } else {
                current?.append(byte)
            }
        }
        return data
    }
}

private final class DatagramAnswers: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>
    let answer: @Sendable ([UInt8], Bool) -> [UInt8]?

    init(answer: @escaping @Sendable ([UInt8], Bool) -> [UInt8]?) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        guard let bytes = answer(Array(envelope.data.readableBytesView), false) else { return }
        let reply = AddressedEnvelope(remoteAddress: envelope.remoteAddress, data: ByteBuffer(bytes: bytes))
        context.writeAndFlush(wrapOutboundOut(reply), promise: nil)
    }
}

private final class StreamAnswers: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    let answer: @Sendable ([UInt8], Bool) -> [UInt8]?
    private var received = ByteBuffer()

    init(answer: @escaping @Sendable ([UInt8], Bool) -> [UInt8]?) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        received.writeBuffer(&buffer)
        while let length = received.getInteger(at: received.readerIndex, as: UInt16.self),
            received.readableBytes >= Int(length) + 2
        {
            received.moveReaderIndex(forwardBy: 2)
            guard let bytes = answer(received.readBytes(length: Int(length)) ?? [], true) else { continue }
            var reply = ByteBuffer()
            reply.writeInteger(UInt16(bytes.count))
            reply.writeBytes(bytes)
            context.writeAndFlush(wrapOutboundOut(reply), promise: nil)
        }
    }
}
