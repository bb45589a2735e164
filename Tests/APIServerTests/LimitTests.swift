import HTTPTypes
import KubernetesObjects
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing

@testable import APIServer

@Suite struct LimitTests {
    @Test func eachLaneHasItsOwnPlaces() throws {
        var limits = RequestLimits()
        limits.watches = 2
        let gate = RequestGate(limits)
        try gate.enter(.watch)
        try gate.enter(.watch)
        let error = #expect(throws: APIStatus.self) { try gate.enter(.watch) }
        #expect(error?.code == 429)
        #expect(error?.details?.retryAfterSeconds == 1)
        try gate.enter(.reading)
        gate.leave(.watch)
        try gate.enter(.watch)
    }

    @Test func aConnectionWithoutARequestIsClosed() throws {
        let channel = EmbeddedChannel(handler: HeadDeadline(first: .seconds(30), idle: .seconds(90)))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        channel.embeddedEventLoop.advanceTime(by: .seconds(29))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(!channel.isActive)
    }

    @Test func aRequestMayTakeItsTimeAndAnIdleConnectionMayNot() throws {
        let channel = EmbeddedChannel(handler: HeadDeadline(first: .seconds(30), idle: .seconds(90)))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        try channel.writeInbound(HTTPRequestPart.head(.init(method: .get, scheme: nil, authority: nil, path: "/")))
        channel.embeddedEventLoop.advanceTime(by: .hours(1))
        #expect(channel.isActive)
        try channel.writeOutbound(HTTPResponsePart.end(nil))
        channel.embeddedEventLoop.advanceTime(by: .seconds(91))
        #expect(!channel.isActive)
    }
}
