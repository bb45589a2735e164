import KubernetesObjects
import ObjectStore
import Testing

@testable import APIServer

@Suite struct ListAndWatchTests {
    private let maps = TestServer.configMaps

    @Test func pagesAreOfOneRevision() async throws {
        let server = try await TestServer()
        for name in ["a", "b", "c"] { try await server.send("POST", maps, TestServer.configMap(name)) }
        let first = try await server.send("GET", "\(maps)?limit=2")
        #expect(first.names == ["a", "b"])
        #expect(first.json[path: "metadata", "remainingItemCount"] == 1)
        let token = try #require(first.json[path: "metadata", "continue"]?.string)
        try await server.send("DELETE", "\(maps)/c")
        try await server.send("POST", maps, TestServer.configMap("d"))
        let second = try await server.send("GET", "\(maps)?limit=2&continue=\(token)")
        #expect(second.names == ["c"])
        #expect(second.json[path: "metadata", "resourceVersion"] == first.json[path: "metadata", "resourceVersion"])
    }

    @Test func aPageOfTooLongAgoHasExpired() async throws {
        let server = try await TestServer()
        for name in ["a", "b"] { try await server.send("POST", maps, TestServer.configMap(name)) }
        let token = try #require(
            try await server.send("GET", "\(maps)?limit=1").json[path: "metadata", "continue"]?.string)
        try await server.send("POST", maps, TestServer.configMap("c"))
        server.server.store.compact(through: server.server.store.revision)
        let answer = try await server.send("GET", "\(maps)?limit=1&continue=\(token)")
        #expect(answer.status == 410)
        #expect(answer.json["reason"] == "Expired")
    }

    @Test func aRevisionOfTheFutureIsRefused() async throws {
        let server = try await TestServer()
        let answer = try await server.send("GET", "\(maps)?resourceVersion=99999999")
        #expect(answer.status == 504)
        #expect(answer.message.hasPrefix("Timeout: Too large resource version: 99999999, current: "))
    }

    @Test func exactListsShowThePast() async throws {
        let server = try await TestServer()
        try await server.send("POST", maps, TestServer.configMap("a"))
        let then = server.server.store.revision
        try await server.send("POST", maps, TestServer.configMap("b"))
        let answer = try await server.send("GET", "\(maps)?resourceVersion=\(then)&resourceVersionMatch=Exact")
        #expect(answer.names == ["a"])
        let newer = try await server.send("GET", "\(maps)?resourceVersion=\(then)&resourceVersionMatch=NotOlderThan")
        #expect(newer.names == ["a", "b"])
    }

    @Test func watchesTellChangesAfterARevision() async throws {
        let server = try await TestServer()
        try await server.send("POST", maps, TestServer.configMap("a"))
        let start = server.server.store.revision
        try await server.send(
            "PATCH", "\(maps)/a", ["data": ["a": "2"]], type: "application/merge-patch+json")
        try await server.send("DELETE", "\(maps)/a")
        let events = try await server.watch("\(maps)?watch=true&resourceVersion=\(start)", count: 2)
        #expect(events.map(\.type) == ["MODIFIED", "DELETED"])
        #expect(events.last?.object[path: "metadata", "resourceVersion"] == .string("\(server.server.store.revision)"))
    }

    @Test func initialEventsEndWithABookmark() async throws {
        let server = try await TestServer()
        try await server.send("POST", maps, TestServer.configMap("a"))
        let events = try await server.watch(
            "\(maps)?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true",
            count: 2)
        #expect(events.map(\.type) == ["ADDED", "BOOKMARK"])
        #expect(
            events.last?.object[path: "metadata", "annotations", "k8s.io/initial-events-end"] == "true")
    }

    @Test func objectsEnterAndLeaveASelection() async throws {
        let server = try await TestServer()
        try await server.send("POST", maps, TestServer.configMap("a"))
        let start = server.server.store.revision
        for value: JSONValue in ["yes", "no"] {
            try await server.send(
                "PATCH", "\(maps)/a", ["metadata": ["labels": ["mine": value]]], type: "application/merge-patch+json")
        }
        let events = try await server.watch(
            "\(maps)?watch=true&labelSelector=mine%3Dyes&resourceVersion=\(start)", count: 2)
        #expect(events.map(\.type) == ["ADDED", "DELETED"])
        #expect(events.last?.object[path: "metadata", "labels", "mine"] == "yes")
    }

    @Test func aWatchFromTooLongAgoIsToldToListAnew() async throws {
        let server = try await TestServer()
        let start = server.server.store.revision
        try await server.send("POST", maps, TestServer.configMap("a"))
        server.server.store.compact(through: server.server.store.revision)
        let events = try await server.watch("\(maps)?watch=true&resourceVersion=\(start)", count: 1)
        #expect(events.first?.type == "ERROR")
        #expect(events.first?.object["code"] == 410)
        #expect(events.first?.object["reason"] == "Expired")
    }

    @Test func tablesHaveTheColumnsOfTheKind() async throws {
        let server = try await TestServer()
        try await server.send("POST", TestServer.services, TestServer.service("web"))
        let answer = try await server.send(
            "GET", TestServer.services, headers: [("accept", "application/json;as=Table;v=v1;g=meta.k8s.io")])
        #expect(answer.json["kind"] == "Table")
        #expect(
            answer.json["columnDefinitions"]?.array?.prefix(3).compactMap { $0["name"]?.string }
                == ["Name", "Type", "Cluster-IP"])
    }
}
