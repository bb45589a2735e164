import NIOCore
import NIOEmbedded
import Testing

@testable import APIServer

@Suite struct WriteMergerTests {
    private func channel(delaysFlushes: Bool = false) throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandler(WriteMerger(delaysFlushes: delaysFlushes))
        return channel
    }

    private func text(_ channel: EmbeddedChannel) throws -> String? {
        try channel.readOutbound(as: ByteBuffer.self).map { String(buffer: $0) }
    }

    @Test func whatIsWrittenBeforeAFlushLeavesAsOneBuffer() throws {
        let channel = try channel()
        let written = ["a", "bc", "d"].map { channel.write(ByteBuffer(string: $0)) }
        #expect(try text(channel) == nil)
        channel.flush()
        #expect(try text(channel) == "abcd")
        #expect(try text(channel) == nil)
        for future in written { try future.wait() }
        _ = try channel.finish()
    }

    @Test func largeBuffersAreNotCopiedTogether() throws {
        let channel = try channel()
        let large = String(repeating: "x", count: 20_000)
        for part in ["a", large, "b"] { channel.write(ByteBuffer(string: part), promise: nil) }
        channel.flush()
        #expect(try text(channel) == "a")
        #expect(try text(channel) == large)
        #expect(try text(channel) == "b")
        _ = try channel.finish()
    }

    @Test func delayedFlushesShareABuffer() throws {
        let channel = try channel(delaysFlushes: true)
        for part in ["a", "b"] { channel.writeAndFlush(ByteBuffer(string: part), promise: nil) }
        #expect(try text(channel) == nil)
        channel.embeddedEventLoop.run()
        #expect(try text(channel) == "ab")
        _ = try channel.finish()
    }

    @Test(arguments: [false, true])
    func closingSendsWhatIsPending(delaysFlushes: Bool) throws {
        let channel = try channel(delaysFlushes: delaysFlushes)
        let written = channel.write(ByteBuffer(string: "a"))
        channel.flush()
        try channel.close().wait()
        #expect(try text(channel) == "a")
        try written.wait()
    }
}
