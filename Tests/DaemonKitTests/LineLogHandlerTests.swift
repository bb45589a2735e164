import Foundation
import Logging
import Testing

@testable import DaemonKit

@Suite("The log")
struct LineLogHandlerTests {
    @Test("an event is one line: time, level, message, and metadata by name")
    func line() {
        var handler = LineLogHandler(level: .info)
        handler[metadataKey: "b"] = "2"
        let event = LogEvent(
            level: .warning, message: "first\nsecond", metadata: ["a": "1"], source: "", file: "", function: "", line: 0
        )
        let line = handler.line(for: event, at: Date(timeIntervalSince1970: 1_795_240_800.042))
        #expect(line == "2026-11-21T06:00:00.042Z warning first second a=1 b=2\n")
    }

    @Test("-v follows klog's scale")
    func verbosity() {
        #expect(
            [0, 1, 2, 5, 6, 10].map { Logger.Level(verbosity: $0) } == [.info, .info, .debug, .debug, .trace, .trace])
    }
}
